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
    let Given {
        finding,
        shown,
        wrongly,
    } = Given::of(case, times, verdicts);
    Outcome {
        found: finding.map(|at| times.after(at)),
        given: shown.as_ref().map_or(Verdict::Healthy, |said| said.verdict),
        rules: shown.map_or_else(String::new, |said| said.rules),
        wrongly,
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

/// What was said, as far as it matters.
#[derive(Debug)]
struct Given {
    finding: Option<SystemTime>,
    /// What found it. Where there is nothing to be found, or nothing was: the worst.
    shown: Option<Said>,
    wrongly: Vec<Verdict>,
}

impl Given {
    fn of(case: &Case, times: Times, verdicts: &[Timeline]) -> Self {
        let all = |begin, end| -> Vec<Said> {
            let said = verdicts.iter().map(|verdicts| verdicts.between(begin, end));
            said.flatten().collect()
        };
        let (early, late) = (all(times.begin, times.fault), all(times.fault, times.end));
        let finds = |said: &&Said| {
            let mut rules = said.rules.split(',');
            let named = case
                .rule
                .is_none_or(|rule| rules.any(|known| known == rule));
            // What was said before was not about this.
            said.at >= times.fault && case.finds.contains(&said.verdict) && named
        };
        let found = late.iter().find(finds);
        let worst = late.iter().max_by_key(|said| said.verdict);
        let early = early.iter().map(|said| said.verdict);
        let early = early.filter(|verdict| *verdict != Verdict::Healthy);
        let late = late.iter().map(|said| said.verdict);
        let late = late.filter(|verdict| case.never.contains(verdict));
        Self {
            finding: found.map(|said| said.at),
            shown: found.or(worst).cloned(),
            wrongly: early.chain(late).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::fault::Fault;

    const GRAY: Case = Case::fault("", Fault::Nothing, &[Verdict::Gray])
        .by("failures")
        .never(&[Verdict::Down]);

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    /// It begins at 10 s, the fault does at 20 s, and it ends at 30 s.
    fn given(lines: &[&str]) -> Given {
        let times = Times {
            begin: at(10),
            fault: at(20),
            end: at(30),
        };
        let timeline = Timeline::default();
        assert!(
            lines
                .iter()
                .all(|line| timeline.hear(&format!("verdict {line}")))
        );
        Given::of(&GRAY, times, &[timeline])
    }

    #[test]
    fn a_fault_is_found_by_its_verdict_and_its_rule_and_afterwards() {
        let found = given(&[
            "1000 healthy ",
            "24000 gray latency",
            "25000 gray latency,failures",
        ]);
        assert_eq!(found.finding, Some(at(25)));
        assert!(found.wrongly.is_empty());
        let other = given(&[
            "1000 healthy ",
            "24000 degraded failures",
            "25000 gray latency",
        ]);
        assert_eq!(other.finding, None);
        assert_eq!(other.shown.unwrap().verdict, Verdict::Gray);
        assert_eq!(
            given(&["1000 healthy ", "31000 gray failures"]).finding,
            None
        );
    }

    #[test]
    fn an_accusation_is_wrong_before_the_fault_or_where_it_is_never_right() {
        let early = given(&["1000 healthy ", "15000 gray failures"]);
        assert_eq!((early.finding, early.wrongly), (None, vec![Verdict::Gray]));
        let never = given(&["1000 healthy ", "22000 down check", "25000 gray failures"]);
        assert_eq!(
            (never.finding, never.wrongly),
            (Some(at(25)), vec![Verdict::Down])
        );
        // What is over when it begins is not about it.
        assert!(
            given(&["1000 down check", "2000 healthy "])
                .wrongly
                .is_empty()
        );
    }
}
