use crate::case::{Case, Probed};
use crate::drive::{Instance, Work};
use crate::grpc::Checked;
use crate::stack::{Layers, Stack};
use crate::timing::{Plan, Round, measure, median, quartiles};

/// How requests pass through, and the most that the layer may add, as a multiple of what `InFlightRequestsLayer` adds.
const SETTINGS: [(&str, usize, Instance, f64); 3] = [
    ("1 thread", 1, Instance::Kept, 1.0),
    ("2 threads, an instance each", 2, Instance::Kept, 0.3),
    ("2 threads, cloned each time", 2, Instance::Cloned, 0.15),
];

/// The most that a probe may cost, as a multiple of a handler that returns a static body.
pub(crate) const PROBE_TARGET: f64 = 1.5;

/// The most that a Check over gRPC may cost, as a multiple of tonic-health's server.
pub(crate) const CHECK_TARGET: f64 = 0.35;

/// Measures everything, and prints it.
pub(crate) fn time(plan: Plan) {
    if cfg!(debug_assertions) {
        println!("Not optimised: these numbers mean nothing.\n");
    }
    let layers = Layers::new();
    print_sizes(&layers);
    let Plan { rounds, requests } = plan;
    println!(
        "\nnanoseconds a request: medians of {rounds} interleaved rounds of {requests} requests"
    );
    print_header("added", "HealthLayer ÷ InFlight (quartiles)");
    for (name, threads, instance, target) in SETTINGS {
        let lineup = |_| -> Vec<Work> {
            let work = |stack| layers.work(stack, instance);
            Stack::ALL.map(work).into()
        };
        let rounds = measure((0..threads).map(lineup).collect(), plan);
        match row(&rounds, target) {
            Some(row) => println!("{name:30}{row}"),
            None => println!("{name:30}never ran side by side: the machine is busy"),
        }
    }
    print_probes(plan);
    print_checks(plan);
}

fn row(rounds: &[Round], target: f64) -> Option<String> {
    let bare = median(rounds.iter().map(|round| round[0]))?;
    let added = |case: usize| median(rounds.iter().map(|round| round[case] - round[0]));
    let [identity, in_flight, health] = [added(1)?, added(2)?, added(3)?];
    let ratios = rounds
        .iter()
        .map(|round| (round[3] - round[0]) / (round[2] - round[0]));
    let [low, ratio, high] = quartiles(ratios)?;
    Some(format!(
        "{bare:10.1}{identity:+10.1}{in_flight:+10.1}{health:+13.1}   {ratio:.2} ({low:.2} to {high:.2}) in {} rounds; {}",
        rounds.len(),
        against(ratio, target)
    ))
}

pub(crate) fn print_header(what: &str, ratio: &str) {
    let names = ["bare", "identity", "InFlight", "HealthLayer"];
    let [bare, identity, in_flight, health] = names;
    println!("{what:30}{bare:>10}{identity:>10}{in_flight:>10}{health:>13}   {ratio}");
}

pub(crate) fn against(ratio: f64, target: f64) -> String {
    let verdict = if ratio <= target { "met" } else { "MISSED" };
    format!("target {target}: {verdict}")
}

fn print_sizes(layers: &Layers) {
    print_header("bytes", "");
    let sizes = Stack::ALL.map(|stack| layers.sizes(stack));
    for (at, name) in ["service", "response future", "response body"]
        .iter()
        .enumerate()
    {
        let [bare, identity, in_flight, health] = sizes.map(|sizes| sizes[at]);
        println!("{name:30}{bare:10}{identity:10}{in_flight:10}{health:13}");
    }
}

fn print_probes(plan: Plan) {
    println!(
        "\n{:30}{:>10}{:>12}{:>25}",
        "a probe", "ns", "× handler", "× handler with headers"
    );
    let rounds = measure(vec![Probed::ALL.map(Probed::work).into()], plan);
    for (at, probed) in Probed::ALL.into_iter().enumerate() {
        let ns = median(rounds.iter().map(|round| round[at]));
        let ratio = |other: usize| median(rounds.iter().map(|round| round[at] / round[other]));
        if let (Some(ns), Some(handler), Some(headers)) = (ns, ratio(0), ratio(1)) {
            print_probe(probed, ns, handler, headers);
        }
    }
}

fn print_checks(plan: Plan) {
    println!(
        "\n{:30}{:>10}{:>16}",
        "a Check over gRPC", "ns", "× tonic-health"
    );
    let rounds = measure(vec![Checked::ALL.map(Checked::work).into()], plan);
    for (at, checked) in Checked::ALL.into_iter().enumerate() {
        let ns = median(rounds.iter().map(|round| round[at]));
        let ratio = median(rounds.iter().map(|round| round[at] / round[0]));
        if let (Some(ns), Some(ratio)) = (ns, ratio) {
            print_check(checked, ns, ratio);
        }
    }
}

pub(crate) fn print_check(checked: Checked, cost: f64, ratio: f64) {
    print!("{:30}{cost:10.1}{ratio:16.2}", checked.name());
    match checked {
        Checked::TonicHealth => println!(),
        _ => println!("   {}", against(ratio, CHECK_TARGET)),
    }
}

pub(crate) fn print_probe(probed: Probed, cost: f64, handler: f64, headers: f64) {
    let name = Case::Probe(probed).name();
    print!("{name:30}{cost:10.1}{handler:12.2}{headers:25.2}");
    match probed {
        Probed::Layer { .. } => println!("   {}", against(handler, PROBE_TARGET)),
        _ => println!(),
    }
}
