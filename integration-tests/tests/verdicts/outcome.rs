use std::time::{Duration, SystemTime};

use health_tower::Verdict;
use integration_tests::gray::Seen;

use crate::case::Case;
use crate::peers::Peers;
use crate::timeline::{Said, Timeline};

/// What came of one repetition.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// When it was found, from when it began.
    pub(crate) found: Option<Duration>,
    /// What was given as it was found, or else in the end.
    pub(crate) given: Verdict,
    pub(crate) rules: String,
    /// Accusations before there was anything, and of whom there was nothing.
    pub(crate) wrongly: Vec<Verdict>,
    /// The same of the peers: when they complained first, and whether they did so before.
    pub(crate) peers: [Option<Duration>; 3],
    pub(crate) peers_wrongly: [bool; 3],
    pub(crate) before: Seen,
    pub(crate) during: Seen,
    pub(crate) details: Option<String>,
}

/// When it began, when the fault did, and when it was over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) begin: SystemTime,
    pub(crate) fault: SystemTime,
    pub(crate) end: SystemTime,
}

impl Times {
    fn after(&self, at: SystemTime) -> Duration {
        at.duration_since(self.fault).unwrap_or_default()
    }
}

pub(crate) fn judge(
    case: &Case,
    times: Times,
    verdicts: &[Timeline],
    peers: &Peers,
    [before, during]: [Seen; 2],
) -> Outcome {
    let all = |begin, end| -> Vec<Said> {
        let said = verdicts.iter().map(|verdicts| verdicts.between(begin, end));
        said.flatten().collect()
    };
    let early = all(times.begin, times.fault);
    let early = early.iter().map(|said| said.verdict);
    let late = all(times.fault, times.end);
    let falsely = late.iter().map(|said| said.verdict);
    let falsely = falsely.filter(|verdict| case.never.contains(verdict));
    let wrongly = early.filter(|verdict| *verdict != Verdict::Healthy);
    let finding = late.iter().find(|said| {
        let named = case
            .rule
            .is_none_or(|rule| said.rules.split(',').any(|known| known == rule));
        case.finds.contains(&said.verdict) && named
    });
    // Where there is nothing to be found, or nothing was: the worst.
    let worst = late.iter().max_by_key(|said| said.verdict);
    let shown = finding.or(worst);
    Outcome {
        found: finding.map(|said| times.after(said.at)),
        given: shown.map_or(Verdict::Healthy, |said| said.verdict),
        rules: shown.map_or_else(String::new, |said| said.rules.clone()),
        wrongly: wrongly.chain(falsely).collect(),
        peers: peers
            .first_between(times.fault, times.end)
            .map(|first| first.map(|at| times.after(at))),
        peers_wrongly: peers
            .first_between(times.begin, times.fault)
            .map(|first| first.is_some()),
        before,
        during,
        details: None,
    }
}
