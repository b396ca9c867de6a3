use std::fmt::Write as _;

use super::case::Kind;
use super::row::Row;

/// What is asserted, with its figures, and the same of the blind ones.
pub(crate) fn aims(rows: &[Row]) -> String {
    let mut text = "| what must not be | earned | blind |\n|---|---|---|\n".to_owned();
    let lawful = |row: &Row| row.case.lawful;
    let mut line =
        |what: &str, applies: &dyn Fn(&Row) -> bool, figure: &dyn Fn(&[&Row]) -> String| {
            let [earned, blind] = [false, true].map(|blind| {
                let rows = rows.iter();
                let rows = rows.filter(|row| row.is_blind() == blind && applies(row));
                figure(&rows.collect::<Vec<_>>())
            });
            let _infallible = writeln!(text, "| {what} | {earned} | {blind} |");
        };
    line(
        "“member” is answered by who has been removed already",
        &lawful,
        &|rows| {
            let late: usize = rows.iter().map(|row| row.late().0).sum();
            let asked: usize = rows.iter().map(|row| row.count(|one| one.asked)).sum();
            format!("{late} of {asked} answers")
        },
    );
    line(
        "a member learns later than the list that it is none",
        &lawful,
        &|rows| {
            let outcomes = || rows.iter().flat_map(|row| &row.outcomes);
            let late = outcomes().filter(|one| one.knew.is_some_and(|knew| knew < 0.0));
            let all = outcomes().filter(|one| one.knew.is_some());
            format!("{} of {} removals", late.count(), all.count())
        },
    );
    line(
        "one that works no more stays in the list",
        &|row| row.case.removed == super::case::Removed::Always,
        &|rows| {
            let removed: usize = rows.iter().map(|row| row.removed().len()).sum();
            let all: usize = rows.iter().map(|row| row.outcomes.len()).sum();
            format!("{} of {all}", all - removed)
        },
    );
    line(
        "a fault elsewhere changes readiness (not of those that require membership)",
        &|row| row.case.elsewhere && row.kind != Kind::Required,
        &|rows| {
            let changes: usize = rows.iter().map(|row| row.count(|one| one.readiness)).sum();
            let all: usize = rows.iter().map(|row| row.outcomes.len()).sum();
            format!("{changes} changes in {all} runs")
        },
    );
    text
}
