//! Real faults in a real service under load, and what the verdict says of each: how often it finds them, how soon, and whether it
//! accuses anybody wrongly.
//!
//! Beside it, each fault is shown to a health route as it is written by hand, to `axum-health`, and to a heartbeat that beats as long
//! as the process runs.
//!
//! `VERDICT_REPETITIONS` says how often each fault is brought about, by default once; `VERDICT_CLEAN` for how many seconds nothing
//! happens in the clean run, `VERDICT_WARM_UP` before each fault; `VERDICT_LANES` how many services there are at once, and
//! `VERDICT_ONLY` takes the rows whose name contains it. `WRITE_VERDICTS=1` writes the table to `VERDICTS.md`; it is printed in any
//! case. One test, because some of the faults need the machine for themselves.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test")]

mod case;
mod catalogue;
mod clients;
mod deploy;
mod fault;
mod host;
mod lanes;
mod memory;
mod outcome;
mod peers;
mod plan;
mod proxy;
mod row;
mod stage;
mod store;
mod summary;
mod table;
mod timeline;
mod trial;
mod writer;

use plan::Plan;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_verdict_finds_faults_and_accuses_nobody_else() {
    let plan = Plan::from_env();
    let rows = lanes::run(&plan).await;
    let table = table::render(&plan, &rows);
    println!("{table}");
    // Written in any case: it is what was seen.
    if plan.write {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/VERDICTS.md");
        std::fs::write(path, table).unwrap();
    }
    let complaints = rows.iter().flat_map(row::Row::complaints);
    let complaints: Vec<_> = complaints.chain(summary::missed(&rows)).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
