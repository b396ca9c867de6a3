use std::env;
use std::process::{Command, ExitCode};

use crate::case::{Case, Probed};
use crate::drive::Instance;
use crate::grpc::Checked;
use crate::report::{against, print_check, print_header, print_probe};
use crate::stack::Stack;

/// The most instructions that the layer may add, as a multiple of what `InFlightRequestsLayer` adds.
const TARGET: f64 = 1.5;

const REQUESTS: usize = 20_000;

/// Counts the instructions of every case, each in a process of its own under valgrind. A busy machine counts the same.
pub(crate) fn run() -> ExitCode {
    match passing().and_then(|()| probes()).and_then(|()| checks()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("no instructions were counted: {why}");
            ExitCode::FAILURE
        }
    }
}

fn passing() -> Result<(), String> {
    print_header("instructions added", "HealthLayer ÷ InFlight");
    for (name, instance) in [
        ("an instance for all", Instance::Kept),
        ("cloned each time", Instance::Cloned),
    ] {
        let count = |stack| instructions(Case::Through(stack, instance));
        let bare = count(Stack::Bare)?;
        let identity = count(Stack::Identity)? - bare;
        let in_flight = count(Stack::InFlight)? - bare;
        let health = count(Stack::Health)? - bare;
        let ratio = health / in_flight;
        println!(
            "{name:30}{bare:10.0}{identity:+10.0}{in_flight:+10.0}{health:+13.0}   {ratio:.2}; {}",
            against(ratio, TARGET)
        );
    }
    Ok(())
}

fn probes() -> Result<(), String> {
    let columns = ["a probe", "", "× handler", "× handler with headers"];
    let [probe, count, handler, headers] = columns;
    println!("\n{probe:30}{count:>10}{handler:>12}{headers:>25}");
    let handler = instructions(Case::Probe(Probed::Handler))?;
    let headers = instructions(Case::Probe(Probed::HandlerWithHeaders))?;
    for probed in Probed::ALL {
        let count = instructions(Case::Probe(probed))?;
        print_probe(probed, count, count / handler, count / headers);
    }
    Ok(())
}

fn checks() -> Result<(), String> {
    println!(
        "\n{:30}{:>10}{:>16}",
        "a Check over gRPC", "", "× tonic-health"
    );
    let peer = instructions(Case::Grpc(Checked::TonicHealth))?;
    for checked in Checked::ALL {
        let count = instructions(Case::Grpc(checked))?;
        print_check(checked, count, count / peer);
    }
    Ok(())
}

/// What twice as many requests cost more: beginning and end of the process are in both runs.
fn instructions(case: Case) -> Result<f64, String> {
    let once = collected(case, REQUESTS)?;
    let twice = collected(case, 2 * REQUESTS)?;
    Ok((twice - once) / REQUESTS as f64)
}

fn collected(case: Case, requests: usize) -> Result<f64, String> {
    let own = env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(own)
        .args(["--instructions", case.name(), &requests.to_string()])
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let count = collected.and_then(|(_, count)| count.trim().parse().ok());
    count.ok_or_else(|| format!("it said\n{text}"))
}
