//! What the layer costs a request that passes through, beside tower-http's counter of requests in flight, and what a probe
//! costs.
//!
//! ```text
//! cargo bench -p integration-tests --bench pass_through                  nanoseconds and sizes
//! cargo bench -p integration-tests --bench pass_through -- --quick       the same in a moment: numbers mean little
//! cargo bench -p integration-tests --bench pass_through -- --callgrind   instructions; needs valgrind
//! cargo bench -p integration-tests --bench pass_through -- --instructions health 1000
//! ```
//!
//! The last runs one case so many times, for a profiler. Nothing here fails because a machine is slow: targets are printed
//! beside the results.

mod callgrind;
mod case;
mod drive;
mod grpc;
mod health;
mod identity;
mod report;
mod stack;
mod timing;

use std::env;
use std::process::ExitCode;

use crate::case::Case;
use crate::timing::Plan;

const USAGE: &str = "[--quick | --callgrind | --instructions <case> <requests>]";

enum Mode {
    Time(Plan),
    Callgrind,
    Instructions(Case, usize),
}

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let Some(mode) = mode(&arguments) else {
        let cases: Vec<_> = Case::all().map(Case::name).collect();
        eprintln!("{USAGE}\ncases: {}", cases.join(", "));
        return ExitCode::from(2);
    };
    match mode {
        Mode::Time(plan) => report::time(plan),
        Mode::Callgrind => return callgrind::run(),
        Mode::Instructions(case, requests) => case.work()(requests),
    }
    ExitCode::SUCCESS
}

/// `cargo bench` adds `--bench`; `cargo test --benches` doesn't, and its arguments are meant for a test harness.
fn mode(arguments: &[String]) -> Option<Mode> {
    let benching = arguments.iter().any(|argument| argument == "--bench");
    let arguments = arguments.iter().map(String::as_str);
    let own: Vec<_> = arguments
        .filter(|argument| *argument != "--bench")
        .collect();
    match own[..] {
        [] if benching => Some(Mode::Time(Plan::FULL)),
        ["--callgrind"] => Some(Mode::Callgrind),
        ["--instructions", case, requests] => {
            let case = Case::all().find(|known| known.name() == case)?;
            Some(Mode::Instructions(case, requests.parse().ok()?))
        }
        ["--quick"] => Some(Mode::Time(Plan::QUICK)),
        _ if !benching => Some(Mode::Time(Plan::QUICK)),
        _ => None,
    }
}
