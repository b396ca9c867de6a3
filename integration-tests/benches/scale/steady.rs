use std::thread;

use crate::meter::{Usage, at_least, at_most, print_row};
use crate::plan::Plan;
use crate::setup::{Running, passing, runs, runtime};

/// The most that checks may take of one core, in percent.
const CPU: f64 = 5.0;
/// The most that a check may take of the heap, in bytes.
const HEAP: f64 = 4096.0;
/// The fewest runs, as a part of those that are due.
const RUNS: f64 = 0.95;

/// Measures checks that pass, and leaves them running. `bare` is what a run costs without health, in seconds.
pub(crate) fn measure(plan: Plan, bare: f64) -> Running {
    let Plan {
        passing: checks,
        every,
        intervals,
        ..
    } = plan;
    println!(
        "\n{checks} checks that pass, every {every:?} on 2 workers, for {intervals} intervals"
    );
    let runtime = runtime();
    let before = Usage::now();
    let running = passing(runtime, checks, every);
    let started = Usage::now();
    running.warm_up();
    let have_run = Usage::now();
    let runs_before = runs();
    thread::sleep(every * intervals);
    let after = Usage::now();
    let runs = (runs() - runs_before) as f64;

    let wall = after.wall_since(have_run).as_secs_f64();
    let cpu = after.cpu_since(have_run).as_secs_f64();
    let due = checks as f64 / every.as_secs_f64();
    let part = runs / wall / due;
    print_row("runs a second", format!("{:.0}", runs / wall), "");
    print_row("runs ÷ due", format!("{part:.3}"), at_least(part, RUNS));
    let percent = 100.0 * cpu / wall;
    print_row(
        "CPU, % of a core",
        format!("{percent:.2}"),
        at_most(percent, CPU),
    );
    print_row("CPU a run, µs", format!("{:.1}", 1e6 * cpu / runs), "");
    print_row(
        "CPU a run without health, µs",
        format!("{:.1}", 1e6 * bare),
        "",
    );
    let start = started.cpu_since(before).as_secs_f64();
    print_row("CPU of the start, ms", format!("{:.1}", 1e3 * start), "");
    let heap = |usage: Usage| usage.heap_since(before) / checks as f64;
    print_row(
        "heap a check, started, bytes",
        format!("{:.0}", heap(started)),
        "",
    );
    let all_ran = heap(have_run);
    print_row(
        "heap a check, has run, bytes",
        format!("{all_ran:.0}"),
        at_most(all_ran, HEAP),
    );
    print_row(
        "heap a check, at the end, bytes",
        format!("{:.0}", heap(after)),
        "",
    );
    running
}
