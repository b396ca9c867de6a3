//! Real faults in a real process, and who notices them: liveness must fail for what a restart cures, and for nothing else.
//!
//! Beside ours, each fault is shown to a health route as it is written by hand, and to `tokio_util_watchdog`, which has the same
//! limits. The limits are short; the same faults must not be accused with the default ones, since they don't last for minutes.
//!
//! `FAULT_REPETITIONS` says how often each fault is brought about: 2 by default, 20 for the committed table.
//! `FAULT_LONGEST_STOP` adds a SIGSTOP of so many seconds. `WRITE_FAULTS=1` writes the table to `FAULTS.md`; it is printed in any
//! case. One test, because overload and starvation need the machine for themselves.

#![allow(clippy::unwrap_used, reason = "a test")]

mod answers;
mod catalogue;
mod host;
mod lanes;
mod latency;
mod overload;
mod plan;
mod process;
mod row;
mod starvation;
mod table;
mod trial;
mod watch;

use plan::Plan;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn liveness_fails_for_what_a_restart_cures_and_for_nothing_else() {
    let plan = Plan::from_env();
    let mut rows = lanes::run(&plan).await;
    rows.extend(starvation::run(&plan).await);
    let (row, latencies) = overload::run(&plan).await;
    rows.push(row);
    let table = table::render(&plan, &rows, &latencies);
    println!("{table}");
    let complaints: Vec<_> = rows.iter().filter_map(row::Row::complaint).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    if plan.write {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/FAULTS.md");
        std::fs::write(path, table).unwrap();
    }
}
