use std::fmt::Write as _;
use std::time::Duration;

use health_tower::Verdict;

use crate::peers::NAMES;
use crate::row::Row;

/// That fewer were found than is the aim: 90 %.
pub(crate) fn missed(rows: &[Row]) -> Option<String> {
    let faults = || rows.iter().filter(|row| row.is_fault());
    let found: usize = faults().map(|row| row.found().len()).sum();
    let of: usize = faults().map(|row| row.outcomes.len()).sum();
    let not_found = faults().filter(|row| row.found().len() < row.outcomes.len());
    let names: Vec<_> = not_found.map(|row| row.case.name).collect();
    let missed = found * 10 < of * 9;
    missed.then(|| {
        format!(
            "found {found} of {of}, and not always: {}",
            names.join("; ")
        )
    })
}

/// The aims, and whether they are met.
pub(crate) fn summary(rows: &[Row]) -> String {
    let faults = || rows.iter().filter(|row| row.is_fault());
    let found: Vec<Duration> = faults().flat_map(Row::found).collect();
    let of: usize = faults().map(|row| row.outcomes.len()).sum();
    let all = faults().filter(|row| row.missing.is_none());
    let always = all
        .clone()
        .filter(|row| row.found().len() == row.outcomes.len());
    let (always, kinds) = (always.count(), all.count());
    let debatable = rows.iter().filter(|row| row.case.fault.is_debatable());
    let debatable: usize = debatable.map(|row| row.outcomes.len()).sum();
    let quiet: Vec<_> = rows
        .iter()
        .filter(|row| row.case.never.contains(&Verdict::Gray))
        .collect();
    let runs: usize = quiet.iter().map(|row| row.outcomes.len()).sum();
    let gray = quiet.iter().flat_map(|row| &row.outcomes);
    let gray = gray
        .filter(|outcome| outcome.wrongly.contains(&Verdict::Gray))
        .count();
    let wrongly: usize = rows.iter().map(Row::wrongly).sum();
    let trials: usize = rows.iter().map(|row| row.outcomes.len()).sum();
    let met = |met: bool| if met { "met" } else { "missed" };
    let median = quantile(&found, 50);
    let mut text = format!(
        "| aim | | |\n|---|---|---|\n\
         | at least 90 % of the faults found | {} of {of}, {always} of {kinds} kinds each time; packet loss and SIGSTOP \
         count as *nobody is to be accused*: as {debatable} more faults that were not found, it would be {} | {} |\n\
         | median of the time until then below 5 s | {} | {} |\n\
         | no false *gray* where nobody is to be accused | {gray} of {runs} runs | {} |\n\
         | no other false accusation, before the faults or in these runs | {wrongly} of {trials} runs | {} |\n",
        found.len(),
        percent(found.len(), of + debatable),
        met(found.len() * 10 >= of * 9),
        median.map_or_else(|| "none found".to_owned(), seconds),
        met(median.is_some_and(|median| median < Duration::from_secs(5))),
        met(gray == 0),
        met(wrongly == 0),
    );
    let _infallible = write!(text, "\n{}", beside(rows));
    text
}

/// What the peers can say: that an instance is to be taken out, or nothing.
fn beside(rows: &[Row]) -> String {
    let leave = |row: &&Row| row.case.finds.iter().any(|found| *found >= Verdict::Gray);
    let count =
        |rows: &[&Row], peer: usize| -> usize { rows.iter().map(|row| row.peer(peer).len()).sum() };
    let (out, stay): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(leave);
    let [faults, others] =
        [&out, &stay].map(|rows| rows.iter().map(|row| row.outcomes.len()).sum::<usize>());
    let mut text = format!(
        "| beside | of {faults} faults for which an instance should go, complained of | of {others} other runs |\n|---|---|---|\n"
    );
    for (peer, name) in NAMES.iter().enumerate() {
        let [gone, others] = [&out, &stay].map(|rows| count(rows, peer));
        let _infallible = writeln!(text, "| {name} | {gone} | {others} |");
    }
    text
}

/// Rounded down, so that it is never said to be more than it was.
fn percent(part: usize, of: usize) -> String {
    let percent = (100 * part).checked_div(of);
    percent.map_or_else(|| "none".to_owned(), |percent| format!("{percent} %"))
}

/// Of a hundred, so many are no longer.
pub(crate) fn quantile(times: &[Duration], percent: usize) -> Option<Duration> {
    let mut times = times.to_vec();
    times.sort_unstable();
    let at = (times.len() * percent).div_ceil(100).max(1) - 1;
    times.get(at).copied()
}

pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
