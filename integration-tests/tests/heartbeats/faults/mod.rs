//! Real faults against etcd: how soon a member is removed, and whether it knows so itself by then; beside it, a member whose beats
//! come from a timer.
//!
//! `BEATS_REPETITIONS` says how often each fault is brought about, by default once; `BEATS_LOSS` for how many seconds packets are lost,
//! `BEATS_LANES` how many clusters there are at once, and `BEATS_ONLY` takes the cases whose name contains it. `WRITE_BEATS=1` writes the
//! table to `HEARTBEATS.md`; it is printed in any case.

mod aims;
mod asker;
mod case;
mod catalogue;
mod complaints;
mod fault;
mod fixture;
mod gateway;
mod history;
mod judge;
mod lanes;
mod member;
mod observer;
mod plan;
mod row;
mod stage;
mod strike;
mod table;
mod trial;

use integration_tests::etcd::Cluster;
use integration_tests::peer::is_there;

use plan::Plan;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_removed_knows_it_by_then_and_nobody_else_is() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let plan = Plan::from_env();
    let rows = lanes::run(&plan).await;
    let table = table::render(&plan, &rows);
    println!("{table}");
    // Written in any case: it is what was seen.
    if plan.write {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/HEARTBEATS.md");
        std::fs::write(path, table).unwrap();
    }
    let complaints = complaints::all(&rows);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
