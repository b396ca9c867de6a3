//! One check, from the whole of its history.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

use super::steps::Happens;
use crate::Probe;
use crate::check::{Outcome, Resolved, Settings};
use crate::runner::CheckState;
use crate::snapshot::{Cause, Finding};

/// One check as the definitions have it.
pub(super) struct Model {
    pub(super) probe: Probe,
    pub(super) settings: Settings,
    pub(super) history: Vec<(Instant, Happens, Instant)>,
    /// Runs that ended while the service drained, by their places there.
    pub(super) in_drains: BTreeSet<usize>,
    /// When ticks came.
    pub(super) ticks: Vec<Instant>,
}

impl Model {
    pub(super) fn new(check: &Resolved) -> Self {
        Self {
            probe: check.probe,
            settings: check.settings,
            history: Vec::new(),
            in_drains: BTreeSet::new(),
            ticks: Vec::new(),
        }
    }

    /// Its state, the cause, and when what is up goes stale.
    pub(super) fn now(&self) -> (CheckState, Option<Cause>, Option<Instant>) {
        let mut moments: Vec<(Instant, Option<usize>)> = (0..self.history.len())
            .map(|at| (self.history[at].0, Some(at)))
            .collect();
        moments.extend(self.ticks.iter().map(|tick| (*tick, None)));
        // Time never stands still between two of them.
        moments.sort_by_key(|(at, _)| *at);
        let (mut streak, mut state) = (Vec::<bool>::new(), CheckState::Pending);
        let (mut cause, mut stale_at) = (Some(Cause::NeverRun), None::<Instant>);
        for (at, what) in moments {
            let Some(index) = what else {
                if stale_at.is_some_and(|stale_at| stale_at <= at) {
                    (state, cause, stale_at) = (CheckState::Down, Some(Cause::Stale), None);
                    // What passed before is forgotten, what failed is not.
                    streak.retain(|passed| !passed);
                }
                continue;
            };
            let (_, how, planned) = self.history[index];
            let refused = self.probe == Probe::External && self.in_drains.contains(&index);
            let evidence = match how {
                Happens::Failed(_) | Happens::FailedInLag(_) | Happens::Cancelled if refused => {
                    cause = Some(Cause::Inconclusive);
                    None
                }
                Happens::Passed => Some((true, None)),
                Happens::Failed(why) => Some((false, Some(why))),
                Happens::FailedInLag(why)
                    if self.lags_before(index) >= 2 * self.settings.fail_after as usize =>
                {
                    Some((false, Some(why)))
                }
                Happens::FailedInLag(_) => {
                    cause = Some(Cause::Inconclusive);
                    None
                }
                Happens::Cancelled => {
                    cause = Some(Cause::Cancelled);
                    None
                }
                Happens::AnsweredLate => {
                    cause = Some(Cause::Late);
                    None
                }
            };
            if let Some((passed, why)) = evidence {
                cause = why;
                streak.push(passed);
                let same = streak
                    .iter()
                    .rev()
                    .take_while(|other| **other == passed)
                    .count();
                if passed && same >= self.settings.pass_after as usize {
                    state = CheckState::Up;
                } else if !passed && same >= self.settings.fail_after as usize {
                    state = CheckState::Down;
                }
                stale_at = Some(planned + self.settings.stale_after);
            }
            let expires = matches!(self.probe, Probe::Readiness | Probe::External);
            stale_at = stale_at.filter(|_| expires && state == CheckState::Up);
        }
        (state, cause, stale_at)
    }

    /// How many runs in a row before this one failed in lag. A late answer is no run.
    pub(super) fn lags_before(&self, index: usize) -> usize {
        let runs = self.history[..index]
            .iter()
            .rev()
            .filter(|(_, how, _)| !matches!(how, Happens::AnsweredLate));
        runs.take_while(|(_, how, _)| matches!(how, Happens::FailedInLag(_)))
            .count()
    }
}

pub(super) fn finding(how: Happens, began: Instant) -> Finding {
    let (outcome, cause, lagged) = match how {
        Happens::Passed | Happens::AnsweredLate => (Outcome::Pass, None, false),
        Happens::Failed(cause) => (Outcome::fail("failed"), Some(cause), false),
        Happens::FailedInLag(cause) => (Outcome::fail("failed"), Some(cause), true),
        Happens::Cancelled => (Outcome::fail("cancelled"), Some(Cause::Cancelled), false),
    };
    Finding {
        outcome,
        cause,
        lagged,
        began,
        took: Duration::ZERO,
    }
}
