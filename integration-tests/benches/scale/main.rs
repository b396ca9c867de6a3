//! What ten thousand checks cost a process, what they cost a probe, and what a thousand do that all hang.
//!
//! ```text
//! cargo bench -p integration-tests --bench scale                  within a minute
//! cargo bench -p integration-tests --bench scale -- --quick       fewer checks, more often: numbers mean little
//! ```
//!
//! CPU time and heap are those of the whole process; every allocation is counted, which costs some of the time. Nothing here
//! fails because a machine is slow: targets are printed beside the results.

mod bare;
mod hanging;
mod loops;
mod meter;
mod plan;
mod probes;
mod setup;
mod steady;

use std::alloc::System;
use std::env;
use std::process::ExitCode;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use crate::plan::Plan;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let Some(plan) = plan(&arguments) else {
        eprintln!("[--quick]");
        return ExitCode::from(2);
    };
    if cfg!(debug_assertions) {
        println!("Not optimised: these numbers mean nothing.\n");
    }
    let alone = probes::alone(plan);
    let running = steady::measure(plan, bare::cpu_a_run(plan));
    probes::beside(&running, alone, plan);
    drop(running);
    hanging::measure(plan);
    ExitCode::SUCCESS
}

/// `cargo bench` adds `--bench`; `cargo test --benches` doesn't, and its arguments are meant for a test harness.
fn plan(arguments: &[String]) -> Option<Plan> {
    let benching = arguments.iter().any(|argument| argument == "--bench");
    let mut own = arguments.iter().filter(|argument| *argument != "--bench");
    match (own.next().map(String::as_str), own.next()) {
        (None, None) if benching => Some(Plan::FULL),
        (Some("--quick"), None) => Some(Plan::QUICK),
        _ if !benching => Some(Plan::QUICK),
        _ => None,
    }
}
