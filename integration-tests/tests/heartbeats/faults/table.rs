use std::fmt::Write as _;
use std::process::Command;
use std::time::Duration;

use integration_tests::machine::{cores, kernel, processor, today};

use super::aims::aims;
use super::plan::Plan;
use super::row::Row;

const NOTES: &str = include_str!("notes.md");

/// The table as the docs show it.
pub(crate) fn render(plan: &Plan, rows: &[Row]) -> String {
    let (date, cores, kernel, processor) = (today(), cores(), kernel(), processor());
    let (repetitions, lanes) = (plan.repetitions, plan.lanes);
    let (loss, etcd) = (plan.loss.as_secs(), etcd());
    let mut text = format!(
        "# What becomes of members\n\n\
         Written by the test `heartbeats` on {date}: {repetitions} repetitions of each fault, {etcd}, {cores} cores ({processor}), \
         {kernel}, debug build, {lanes} clusters at once; packets are lost for {loss} s.\n\n{}\n\
         | what happens | TTL | beats | removed | after (median, p95) | knew it before | “member” afterwards | fences | changes of \
         readiness | came back |\n|---|---|---|---|---|---|---|---|---|---|\n",
        aims(rows)
    );
    rows.iter().for_each(|row| line(&mut text, row));
    let _infallible = write!(text, "\n{NOTES}");
    text
}

fn line(text: &mut String, row: &Row) {
    let (name, ttl, kind) = (row.case.name, row.setting.ttl.as_secs(), row.kind.name());
    if let Some(missing) = &row.missing {
        let _infallible = writeln!(
            text,
            "| {name} | {ttl} s | {kind} | not run: {missing} | | | | | | |"
        );
        return;
    }
    let (removed, of) = (row.removed(), row.outcomes.len());
    let again = row.count(|one| one.removals).saturating_sub(removed.len());
    let again = match again {
        _ if row.case.fault.then_killed() => match row.count(|one| one.removals) {
            0 => String::new(),
            early => format!(", {early} times before"),
        },
        0 => String::new(),
        again => format!(", {again} times again"),
    };
    let after = [50, 95].map(|percent| quantile(&removed, percent).map(seconds));
    let after = match after {
        [Some(median), Some(p95)] => format!("{median}, {p95}"),
        _ => String::new(),
    };
    let knew = row
        .knew()
        .map_or_else(String::new, |knew| format!("{knew:.2} s"));
    let (late, latest) = row.late();
    let latest = latest.map_or_else(String::new, |latest| format!(", for {}", seconds(latest)));
    let asked = row.count(|one| one.asked);
    let [fences, readiness, back] = [
        row.count(|one| one.fences),
        row.count(|one| one.readiness),
        row.count(|one| usize::from(one.returned)),
    ];
    let back = match row.case.fault.is_final() {
        true => String::new(),
        false => format!("{back} of {of}"),
    };
    let _infallible = writeln!(
        text,
        "| {name} | {ttl} s | {kind} | {} of {of}{again} | {after} | {knew} | {late} of {asked}{latest} | {fences} | {readiness} | {back} |",
        removed.len()
    );
}

/// Of a hundred, so many are no longer.
fn quantile(times: &[Duration], percent: usize) -> Option<Duration> {
    let mut times = times.to_vec();
    times.sort_unstable();
    let at = (times.len() * percent).div_ceil(100).max(1) - 1;
    times.get(at).copied()
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

/// Its name and version.
fn etcd() -> String {
    let version = Command::new("etcd").arg("--version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let version = version.unwrap_or_default();
    let number = version
        .lines()
        .next()
        .and_then(|line| line.rsplit(' ').next());
    format!("etcd {}", number.unwrap_or("of an unknown version"))
}
