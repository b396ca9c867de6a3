use std::fmt::Write as _;
use std::time::Duration;

use integration_tests::machine::{cores, kernel};

use crate::latency::Latencies;
use crate::overload::{CLIENTS, Probed};
use crate::plan::{PULSE, Plan, STALLED, STUCK};
use crate::row::Row;

const NOTES: &str = include_str!("notes.md");

/// The table as the docs show it.
pub(crate) fn render(plan: &Plan, rows: &[Row], probed: &Probed) -> String {
    let (mut text, kernel, cores) = (String::new(), kernel(), cores());
    let repetitions = plan.repetitions;
    let _infallible = write!(
        text,
        "# Who notices what\n\n\
         Written by the test `faults`: {repetitions} repetitions of each fault, {cores} cores, {kernel}, debug build. Limits: \
         `stalled_after` {STALLED:?}, `stuck_after` {STUCK:?}, `overdue_after` {PULSE:?} (in production 60 s, 300 s, 300 s), \
         `watchdog_timeout` {STALLED:?}.\n\n\
         ## A restart cures it\n\n\
         | fault | plain `/health` | `tokio_util_watchdog` | ours, `ProbeServer` | after (median, max) | ours, application's port | as |\n\
         |---|---|---|---|---|---|---|\n"
    );
    shown(rows, true).for_each(|row| text.push_str(&detected(row)));
    text.push_str(
        "\n## A restart doesn't cure it\n\n\
         | what happens | plain `/health` | ours, `ProbeServer` | ours, application's port | false kills: ours (503 of \
         probes) | `tokio_util_watchdog` (fired of times) |\n\
         |---|---|---|---|---|---|\n",
    );
    shown(rows, false).for_each(|row| text.push_str(&acquitted(row)));
    let _infallible = write!(
        text,
        "\n{}\n\n## How fast liveness is answered under overload\n\n\
         {CLIENTS} clients, ten times as many as are served at once; every probe on a connection of its own.\n\n\
         | asked | probes | not 200 | p50 | p99 | p99.9 | max |\n|---|---|---|---|---|---|---|\n",
        defaults(rows)
    );
    for (asked, latencies) in [
        ("`ProbeServer`", &probed.isolated),
        ("application's port", &probed.on_app),
        ("plain `/health` there", &probed.plain),
        (
            "a bare thread in the same process, for comparison",
            &probed.bare,
        ),
    ] {
        text.push_str(&latency(asked, latencies));
    }
    let met = match probed.isolated.quantile(999) < Duration::from_millis(50) {
        true => "met",
        false => "missed",
    };
    let _infallible = write!(
        text,
        "\nTarget, p99.9 of `ProbeServer` below 50 ms: {met}.\n\n{NOTES}"
    );
    text
}

fn shown(rows: &[Row], cured: bool) -> impl Iterator<Item = &Row> {
    rows.iter()
        .filter(move |row| row.shown && row.expected.is_some() == cured)
}

fn detected(row: &Row) -> String {
    let kinds: Vec<_> = row.kinds.iter().map(|kind| format!("`{kind}`")).collect();
    let theirs = match median_and_max(&row.theirs) {
        Some(times) => format!(
            "fired {} of {}, after {times}",
            row.theirs.len(),
            row.repetitions
        ),
        None => "nothing".to_owned(),
    };
    format!(
        "| {} | {} | {theirs} | 503, {} of {} | {} | {} | {} |\n",
        row.fault,
        row.seen.plain,
        row.detected.len(),
        row.repetitions,
        median_and_max(&row.detected).unwrap_or_default(),
        row.seen.on_app.complaint(),
        kinds.join(", "),
    )
}

fn acquitted(row: &Row) -> String {
    let (accused, asked) = row.accused();
    format!(
        "| {} | {} | {} | {} | {accused} of {asked} | {} of {} |\n",
        row.fault,
        row.seen.plain,
        row.seen.ours,
        row.seen.on_app,
        row.theirs.len(),
        row.repetitions,
    )
}

fn defaults(rows: &[Row]) -> String {
    let rows = rows.iter().filter(|row| !row.shown);
    let (mut accused, mut asked, mut faults) = (0, 0, 0);
    for row in rows {
        let (more, of) = row.accused();
        (accused, asked, faults) = (accused + more, asked + of, faults + 1);
    }
    format!(
        "With the default limits none of {faults} faults of both kinds, each of which lasted a few seconds, was accused: {accused} \
         of {asked} probes failed."
    )
}

fn latency(asked: &str, latencies: &Latencies) -> String {
    let millis = |per_mille| latencies.quantile(per_mille).as_secs_f64() * 1e3;
    let [p50, p99, p999, max] = [500, 990, 999, 1000].map(millis);
    format!(
        "| {asked} | {} | {} | {p50:.1} ms | {p99:.1} ms | {p999:.1} ms | {max:.1} ms |\n",
        latencies.count(),
        latencies.not_ok,
    )
}

fn median_and_max(times: &[Duration]) -> Option<String> {
    let mut times = times.to_vec();
    times.sort_unstable();
    let seconds = |time: &Duration| format!("{:.2} s", time.as_secs_f64());
    let (median, max) = (times.get(times.len() / 2)?, times.last()?);
    Some(format!("{}, {}", seconds(median), seconds(max)))
}
