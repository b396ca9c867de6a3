use std::time::Duration;

use tokio::time::Instant;

use crate::lifecycle::{Shutdown, Trigger};

/// How long a shutdown may take, and how much of it is lame duck.
///
/// Both times count from the signal, as the orchestrator's own clock does.
///
/// ```
/// use std::time::Duration;
/// use health_core::DrainPolicy;
///
/// // terminationGracePeriodSeconds: 60
/// let policy = DrainPolicy::kubernetes(Duration::from_secs(60)).lame_duck(Duration::from_secs(15));
/// # let _ = policy;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrainPolicy {
    lame_duck: Duration,
    deadline: Duration,
    refuses_while_closing: bool,
}

/// Left for the process to end after the deadline, before the orchestrator kills it.
const RESERVE: Duration = Duration::from_secs(5);

impl DrainPolicy {
    /// For a pod with this `terminationGracePeriodSeconds` (30 s where a pod doesn't say): 10 s of lame duck, or a third
    /// of the grace if that is shorter, and a deadline 5 s before the kubelet kills.
    #[must_use]
    pub fn kubernetes(grace: Duration) -> Self {
        Self {
            lame_duck: Duration::from_secs(10).min(grace / 3),
            deadline: grace.saturating_sub(RESERVE.min(grace / 3)),
            refuses_while_closing: false,
        }
    }

    /// How long to go on accepting after readiness has turned 503, so that load balancers notice before connections are
    /// refused. 10 s by default; zero to stop accepting at once.
    #[must_use]
    pub fn lame_duck(mut self, lame_duck: Duration) -> Self {
        self.lame_duck = lame_duck;
        self
    }

    /// Whether requests that arrive while closing, on connections from before, are refused: 503, `retry-after`, and the connection
    /// closes. By default they are served, for they were sent before the client could know.
    #[must_use]
    pub fn refuse_while_closing(mut self) -> Self {
        self.refuses_while_closing = true;
        self
    }

    pub(crate) fn refuses_while_closing(&self) -> bool {
        self.refuses_while_closing
    }

    /// How long after the signal to give up waiting for what is in flight. What is left then is ended: requests get 503 or, where
    /// the response has begun, an error (gRPC: `UNAVAILABLE`). 25 s by default; a second at most is added for the ending itself.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Says what can't work.
    pub(crate) fn problem(&self) -> Option<String> {
        const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);
        let (lame_duck, deadline) = (self.lame_duck, self.deadline);
        if deadline > LONGEST {
            return Some(format!(
                "the deadline is {deadline:?}, the longest allowed is 7 days"
            ));
        }
        (lame_duck >= deadline && !lame_duck.is_zero()).then(|| {
            format!(
                "the lame duck ({lame_duck:?}) is as long as the deadline ({deadline:?}) or longer, and nothing would be left for what is in \
                 flight; shorten `.lame_duck(…)` or raise `.deadline(…)`"
            )
        })
    }

    /// When a shutdown that begins now does what.
    pub(crate) fn plan(&self, trigger: Trigger, began: Instant, skip_lame_duck: bool) -> Shutdown {
        let lame_duck = if skip_lame_duck {
            Duration::ZERO
        } else {
            self.lame_duck
        };
        Shutdown {
            trigger,
            began,
            closing: began + lame_duck,
            deadline: began + self.deadline,
        }
    }
}

impl Default for DrainPolicy {
    /// [`kubernetes`](Self::kubernetes) with its default grace of 30 s: 10 s of lame duck, and a deadline at 25 s.
    fn default() -> Self {
        Self::kubernetes(Duration::from_secs(30))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_default_fits_the_default_grace() {
        let expected = DrainPolicy {
            lame_duck: seconds(10),
            deadline: seconds(25),
            refuses_while_closing: false,
        };
        assert_eq!(DrainPolicy::default(), expected);
        assert_eq!(expected.problem(), None);
    }

    #[test]
    fn any_grace_gives_a_policy_that_can_work() {
        for grace in (0..200).map(|tenths| seconds(tenths) / 10) {
            let policy = DrainPolicy::kubernetes(grace);
            assert_eq!(policy.problem(), None, "{grace:?}");
            assert!(policy.deadline <= grace);
        }
    }

    #[test]
    fn a_lame_duck_beyond_the_deadline_is_refused() {
        let policy = DrainPolicy::default().lame_duck(seconds(26));
        assert!(policy.problem().unwrap().contains("or longer, and nothing"));
    }
}
