use std::thread;

use crate::loops::{Latencies, with_loops};
use crate::meter::{Usage, at_most, print_row, quantile};
use crate::plan::Plan;
use crate::setup::{hanging, passing, runtime};

/// The most that the heap may hold at the end, as a multiple of what it held when all checks had hung once.
const GROWTH: f64 = 1.1;
/// The longest that 99 of 100 probes may take, in µs.
const PROBE_P99: f64 = 1000.0;

/// Makes requests beside a check that passes, and then beside checks that all hang.
pub(crate) fn measure(plan: Plan) {
    let Plan {
        hanging: checks,
        every,
        timeout,
        ..
    } = plan;
    println!("\n{checks} checks that hang for {timeout:?}, every {every:?} on 2 workers");
    let one = passing(runtime(), 1, every);
    let (beside_one, ()) = with_loops(Latencies::room(), &one, || thread::sleep(every));
    drop(one);

    let runtime = runtime();
    let room = Latencies::room();
    let before = Usage::now();
    let all = hanging(runtime, plan);
    let (beside_all, heaps) = with_loops(room, &all, || {
        let held = || Usage::now().heap_since(before);
        all.warm_up();
        let mut heaps = vec![held()];
        let begin = Usage::now();
        for _ in 0..plan.hanging_intervals {
            thread::sleep(every);
            heaps.push(held());
        }
        let after = Usage::now();
        let share = after.cpu_since(begin).as_secs_f64() / after.wall_since(begin).as_secs_f64();
        print_row(
            "CPU, % of a core",
            format!("{:.2}", 100.0 * share),
            "with both loops",
        );
        heaps
    });
    for (intervals, heap) in heaps.iter().enumerate() {
        let what = format!("heap after {intervals} more intervals, KiB");
        print_row(&what, format!("{:.0}", heap / 1024.0), "");
    }
    let growth = heaps
        .last()
        .zip(heaps.first())
        .map_or(f64::NAN, |(last, first)| last / first);
    print_row("growth", format!("{growth:.3}"), at_most(growth, GROWTH));
    print_latencies(checks, &beside_one, &beside_all);
}

fn print_latencies(checks: usize, beside_one: &Latencies, beside_all: &Latencies) {
    println!(
        "\n{:44}{:>10}{:>10}{:>10}",
        "µs from the hand-over to the answer", "p50", "p99", "max"
    );
    for (what, beside, latencies) in [
        ("a probe", "1 that passes".to_owned(), &beside_one.probe),
        ("a probe", format!("{checks} that hang"), &beside_all.probe),
        (
            "the application",
            "1 that passes".to_owned(),
            &beside_one.application,
        ),
        (
            "the application",
            format!("{checks} that hang"),
            &beside_all.application,
        ),
    ] {
        let micros = |part| quantile(latencies, part).as_secs_f64() * 1e6;
        let [p50, p99, max] = [0.5, 0.99, 1.0].map(micros);
        println!(
            "{:44}{p50:10.1}{p99:10.1}{max:10.1}",
            format!("{what}, beside {beside}")
        );
    }
    let p99 = quantile(&beside_all.probe, 0.99).as_secs_f64() * 1e6;
    print_row(
        "p99 of a probe beside those that hang",
        format!("{p99:.1}"),
        at_most(p99, PROBE_P99),
    );
}
