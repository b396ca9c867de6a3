use std::fmt::Write as _;
use std::time::Duration;

use health_tower::Verdict;
use integration_tests::machine::{cores, kernel, processor, today};

use crate::clients::RATE;
use crate::peers::NAMES;
use crate::plan::Plan;
use crate::row::Row;
use crate::summary::{quantile, seconds, summary};

const NOTES: &str = include_str!("notes.md");

/// The table as the docs show it.
pub(crate) fn render(plan: &Plan, rows: &[Row]) -> String {
    let (date, cores, kernel, processor) = (today(), cores(), kernel(), processor());
    let (repetitions, lanes) = (plan.repetitions, plan.lanes);
    let [clean, warm_up] = [plan.clean, plan.warm_up].map(|time| time.as_secs());
    let mut text = format!(
        "# What the verdict finds\n\n\
         Written by the test `verdicts` on {date}: {repetitions} repetitions of each fault, {cores} cores ({processor}), {kernel}, \
         debug build, {lanes} services at once. Each is a service of its own under {RATE} requests a second, {warm_up} s before its \
         fault; without a fault, once for {clean} s.\n\n{}\n",
        summary(rows)
    );
    heading(&mut text, "Faults", "expected");
    rows.iter()
        .filter(|row| row.is_fault())
        .for_each(|row| line(&mut text, row, row.case.finds));
    heading(&mut text, "Nobody is to be accused", "never");
    rows.iter()
        .filter(|row| !row.is_fault())
        .for_each(|row| line(&mut text, row, row.case.never));
    let _infallible = write!(text, "\n{NOTES}");
    text
}

fn heading(text: &mut String, title: &str, expected: &str) {
    let _infallible = write!(
        text,
        "\n## {title}\n\n| what happens | {expected} | given | after (median, p95) | wrong | {} | what clients saw |\n\
         |---|---|---|---|---|---|---|---|---|\n",
        NAMES.join(" | ")
    );
}

fn line(text: &mut String, row: &Row, expected: &[Verdict]) {
    let name = row.case.name;
    let expected: Vec<_> = expected.iter().map(Verdict::to_string).collect();
    let expected = expected.join(", ");
    if let Some(missing) = &row.missing {
        let _infallible = writeln!(
            text,
            "| {name} | {expected} | not run: {missing} | | | | | | |"
        );
        return;
    }
    let of = row.outcomes.len();
    let given: Vec<_> = row
        .given()
        .iter()
        .map(|(said, times)| format!("{said}: {times} of {of}"))
        .collect();
    let peers = [0, 1, 2].map(|peer| {
        let early = row
            .outcomes
            .iter()
            .filter(|outcome| outcome.peers_wrongly[peer])
            .count();
        let early = match early {
            0 => String::new(),
            early => format!(", {early} before"),
        };
        match &*row.peer(peer) {
            [] => format!("nothing{early}"),
            times => format!("{} of {of}, {}{early}", times.len(), median_and_p95(times)),
        }
    });
    let [before, during] = row.seen();
    let [was, is] = [before, during.clone()].map(|seen| {
        let millis = [50, 95].map(|percent| seen.millis(percent));
        match millis {
            [Some(median), Some(p95)] => format!("{median:.1}, {p95:.1} ms"),
            _ => "none".to_owned(),
        }
    });
    let _infallible = writeln!(
        text,
        "| {name} | {expected} | {} | {} | {} of {of} | {} | {during}; {was} → {is} |",
        given.join("; "),
        median_and_p95(&row.found()),
        row.wrongly(),
        peers.join(" | "),
    );
}

fn median_and_p95(times: &[Duration]) -> String {
    let both = [50, 95].map(|percent| quantile(times, percent).map(seconds));
    match both {
        [Some(median), Some(p95)] => format!("{median}, {p95}"),
        _ => String::new(),
    }
}
