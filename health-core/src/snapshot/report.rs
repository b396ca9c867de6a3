use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use crate::Probe;
use crate::check::{Impact, Outcome, Resolved, Scope};
use crate::runner::CheckState;
use crate::snapshot::Outages;

/// Why a check is not passing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// It ran and said so.
    Failed,
    /// It gave no answer within its timeout, and was dropped.
    TimedOut,
    /// It is past its timeout, blocks, and so can't be dropped. It is not run again before it ends; each further interval counts
    /// as one more failure.
    Hung,
    /// It panicked.
    Panicked,
    /// Its last result is older than `stale_after`.
    Stale,
    /// It has not run yet.
    NeverRun,
    /// It failed in a run during which its runtime, or the whole process, stood still for more than a quarter of its timeout, in
    /// one piece or in many. That says nothing
    /// about what it looks at: the state stays as it was, and the result before goes stale in its own time. After 2 × `fail_after`
    /// of these in a row, failures count all the same: a runtime that always lags is no excuse.
    ///
    /// Or it is an external check, and failed while the service drained: a service that is to be left alone may refuse.
    Inconclusive,
    /// Its run was given up because its runtime shut down, or could not begin for want of a thread. The state stays as it was.
    Cancelled,
    /// It answered after its timeout, by when nobody waited for it any more. The answer was dropped.
    Late,
}

impl Cause {
    /// The lower-case name, as it is used in events and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Hung => "hung",
            Self::Panicked => "panicked",
            Self::Stale => "stale",
            Self::NeverRun => "never_run",
            Self::Inconclusive => "inconclusive",
            Self::Cancelled => "cancelled",
            Self::Late => "late",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What one run found.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) outcome: Outcome,
    pub(crate) cause: Option<Cause>,
    /// It failed while its runtime stood still.
    pub(crate) lagged: bool,
    pub(crate) began: Instant,
    pub(crate) took: Duration,
}

impl Finding {
    /// The system had no thread for a synchronous check.
    pub(crate) fn no_thread(began: Instant) -> Self {
        Self {
            outcome: Outcome::fail("the system has no thread left to run it on"),
            cause: Some(Cause::Cancelled),
            lagged: false,
            began,
            took: Duration::ZERO,
        }
    }
}

/// One check as a [`Snapshot`](crate::Snapshot) shows it.
#[derive(Clone, Debug)]
pub struct CheckReport {
    pub(crate) name: Cow<'static, str>,
    pub(crate) probe: Probe,
    pub(crate) impact: Impact,
    pub(crate) scope: Scope,
    pub(crate) state: CheckState,
    pub(crate) cause: Option<Cause>,
    pub(crate) last: Option<Finding>,
    /// From here on, what is up counts as down.
    pub(crate) stale_at: Option<Instant>,
    pub(crate) runs: u64,
    pub(crate) failures: u64,
    pub(crate) outages: Outages,
}

impl CheckReport {
    pub(crate) fn never_run(check: &Resolved) -> Self {
        Self {
            name: check.name.clone(),
            probe: check.probe,
            impact: check.settings.impact,
            scope: check.settings.scope,
            state: CheckState::Pending,
            cause: Some(Cause::NeverRun),
            last: None,
            stale_at: None,
            runs: 0,
            failures: 0,
            outages: Outages::none(check.probe, check.settings.impact, Instant::now()),
        }
    }

    /// The same, once its last result is too old to be believed.
    pub(crate) fn gone_stale(&self) -> Self {
        let mut report = self.clone();
        report.state = CheckState::Down;
        report.cause = Some(Cause::Stale);
        // Of one that only observes, the ledger knows whether it would have mattered.
        if self.impact != Impact::Observe {
            let at = self.stale_at.unwrap_or_else(Instant::now);
            report.outages.note(CheckState::Down, at);
        }
        report.stale_at = None;
        if let Some(last) = &mut report.last {
            last.outcome = Outcome::fail("stale: no result within `stale_after`");
        }
        report
    }

    pub(crate) fn is_stale_at(&self, now: Instant) -> bool {
        self.stale_at.is_some_and(|stale_at| stale_at <= now)
    }

    /// The state at that time, whether or not somebody has noted that it is stale.
    pub(crate) fn state_at(&self, now: Instant) -> CheckState {
        if self.is_stale_at(now) {
            CheckState::Down
        } else {
            self.state
        }
    }

    /// The name under which it was registered.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The probe that it answers.
    #[must_use]
    pub fn probe(&self) -> Probe {
        self.probe
    }

    /// What its failure does to the probe.
    #[must_use]
    pub fn impact(&self) -> Impact {
        self.impact
    }

    /// Whether all replicas share what it looks at.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// Whether it counts as up, after thresholds.
    #[must_use]
    pub fn state(&self) -> CheckState {
        self.state
    }

    /// What the last run found; `None` before the first.
    #[must_use]
    pub fn outcome(&self) -> Option<&Outcome> {
        self.last.as_ref().map(|last| &last.outcome)
    }

    /// Why the last result is not a pass; [`Cause::NeverRun`] before the first.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.cause
    }

    /// How long the last run took.
    #[must_use]
    pub fn took(&self) -> Option<Duration> {
        self.last.as_ref().map(|last| last.took)
    }

    /// How often it has run to a result. What was [inconclusive](Cause::Inconclusive) or [cancelled](Cause::Cancelled) is none.
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// How many of its [`runs`](Self::runs) failed.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures
    }

    /// How often and how long it was down; of a check that only observes, what it would have done.
    #[must_use]
    pub fn outages(&self) -> Outages {
        self.outages
    }

    /// How long ago the last run ended; `None` before the first.
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        self.last
            .as_ref()
            .map(|last| (last.began + last.took).elapsed())
    }
}
