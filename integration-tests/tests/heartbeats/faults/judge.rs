use std::time::Duration;

use integration_tests::beats::{Looked, Said};

/// What is known of one member.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) said: Vec<(Duration, Said)>,
    /// Its tokens, and when the list was first seen without them.
    pub(crate) gone: Vec<(u64, Duration)>,
    pub(crate) answers: Vec<Looked>,
}

/// When what was done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) strike: Duration,
    /// The members themselves, at the end.
    pub(crate) killed: Option<Duration>,
    /// Of the trial.
    pub(crate) end: Duration,
}

/// What became of one member.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Outcome {
    /// After the fault, or after it was killed.
    pub(crate) removed: Option<Duration>,
    /// How often, without those of who was killed.
    pub(crate) removals: usize,
    pub(crate) fences: usize,
    /// For how many seconds before it was removed it knew that it was no member, where it knew least. Negative: for so long it was one for
    /// itself alone.
    pub(crate) knew: Option<f64>,
    /// Answers after it was removed, and those of them that said that it is a member all the same.
    pub(crate) asked: usize,
    pub(crate) late: Vec<Duration>,
    /// Changes of readiness, and whether it is ready at the end.
    pub(crate) readiness: usize,
    pub(crate) ready: bool,
    pub(crate) returned: bool,
}

/// `frozen`: it could not look at a clock, so that only its answers count.
pub(crate) fn judge(seen: &Seen, times: Times, frozen: bool) -> Outcome {
    let Times {
        strike,
        killed,
        end,
    } = times;
    let alive = |at: Duration| at >= strike && killed.is_none_or(|killed| at < killed);
    let gone = |token: u64| {
        let mut gone = seen.gone.iter();
        gone.find_map(|(of, at)| (*of == token).then_some(*at))
    };
    let since = killed.unwrap_or(strike);
    let first = seen.gone.iter().find(|(_, at)| *at >= since);
    let knew = seen.gone.iter().filter(|(_, at)| *at >= since);
    let knew = knew.filter_map(|(token, at)| {
        let until = believed(&seen.said, *token, *at, end)?;
        Some(at.as_secs_f64() - until.as_secs_f64())
    });
    let knew = knew.min_by(f64::total_cmp);
    let afterwards = seen.answers.iter().filter(|answer| {
        let first = seen.gone.iter().find(|(_, at)| *at >= strike);
        first.is_some_and(|(_, gone)| answer.at > *gone)
    });
    let late = seen.answers.iter().filter_map(|answer| {
        let gone = gone(answer.token?)?;
        answer.at.checked_sub(gone).filter(|late| !late.is_zero())
    });
    let mut readiness = 0;
    let mut ready = false;
    for (at, said) in &seen.said {
        if let Said::Ready(is) = said {
            ready = *is;
            readiness += usize::from(alive(*at));
        }
    }
    let fences = seen.said.iter();
    let fences = fences.filter(|(at, said)| *said == Said::Fenced && alive(*at));
    Outcome {
        removed: first.map(|(_, at)| *at - since),
        removals: seen.gone.iter().filter(|(_, at)| alive(*at)).count(),
        fences: fences.count(),
        knew: knew.filter(|_| !frozen && killed.is_none()),
        asked: afterwards.count(),
        late: late.collect(),
        readiness,
        ready,
        returned: false,
    }
}

/// Until when it took itself for the member with this token that was gone then, by its own word; `None` if it did not.
fn believed(
    said: &[(Duration, Said)],
    token: u64,
    gone: Duration,
    end: Duration,
) -> Option<Duration> {
    let joined = |(at, said): &(Duration, Said)| *said == Said::Joined(token) && *at <= gone;
    let last = said.iter().rposition(joined)?;
    let mut then = said[last..].iter();
    let fenced = then.find_map(|(at, said)| (*said == Said::Fenced).then_some(*at));
    Some(fenced.unwrap_or(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn looked(seconds: u64, token: Option<u64>) -> Looked {
        Looked {
            at: at(seconds),
            token,
        }
    }

    #[test]
    fn who_is_gone_and_says_otherwise_is_late() {
        let seen = Seen {
            said: vec![
                (at(1), Said::Ready(true)),
                (at(2), Said::Joined(5)),
                (at(19), Said::Fenced),
                (at(20), Said::Joined(9)),
            ],
            gone: vec![(5, at(15))],
            answers: vec![
                looked(14, Some(5)),
                looked(16, Some(5)),
                looked(18, Some(5)),
                looked(19, None),
                looked(21, Some(9)),
            ],
        };
        let strike = at(10);
        let times = Times {
            strike,
            killed: None,
            end: at(22),
        };
        let outcome = judge(&seen, times, false);
        let expected = Outcome {
            removed: Some(at(5)),
            removals: 1,
            fences: 1,
            knew: Some(-4.0),
            asked: 4,
            late: vec![at(1), at(3)],
            readiness: 0,
            ready: true,
            returned: false,
        };
        assert_eq!(outcome, expected);
        assert_eq!(judge(&seen, times, true).knew, None);
        let gone = vec![(5, at(20)), (9, at(20))];
        let never = judge(&Seen { gone, ..seen }, times, false);
        assert_eq!((never.knew, never.removals), (Some(-2.0), 2));
    }

    #[test]
    fn who_was_killed_was_not_removed_wrongly() {
        let seen = Seen {
            said: vec![(at(2), Said::Joined(5)), (at(12), Said::Ready(false))],
            gone: vec![(5, at(30))],
            answers: Vec::new(),
        };
        let times = Times {
            strike: at(10),
            killed: Some(at(25)),
            end: at(40),
        };
        let outcome = judge(&seen, times, false);
        assert_eq!(outcome.removed, Some(at(5)));
        assert_eq!((outcome.removals, outcome.fences), (0, 0));
        assert_eq!((outcome.readiness, outcome.ready), (1, false));
    }
}
