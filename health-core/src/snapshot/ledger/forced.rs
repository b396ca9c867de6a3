//! Outcomes that a test wants, in the place of those that checks have.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::time::Instant;

use crate::check::Outcome;
use crate::runner::CheckState;
use crate::snapshot::ledger::Ledger;
use crate::snapshot::{Cause, CheckReport, Finding};
use crate::test::Forced;

/// By the index of the check.
#[derive(Debug, Default)]
pub(super) struct ForcedChecks {
    held: HashMap<usize, Forced>,
    /// Let go, and not run since.
    released: HashSet<usize>,
}

impl ForcedChecks {
    pub(super) fn holds(&self, index: usize) -> bool {
        self.held.contains_key(&index)
    }

    /// What a run found, or what it was to find: one that was under way says nothing any more.
    pub(super) fn instead_of(&self, index: usize, finding: Finding) -> Finding {
        match self.held.get(&index) {
            Some(forced) => forced.finding(finding.began),
            None => finding,
        }
    }
}

impl Ledger {
    /// As if the check had ended so until its threshold was met. `false` where that can't be: a start-up check that has succeeded.
    pub(in crate::snapshot) fn force(&mut self, index: usize, forced: Forced) -> bool {
        let success = forced.outcome().is_success();
        if !success && self.is_final(index) {
            return false;
        }
        self.slots[index].thresholds.lead_up_to(success);
        let now = Instant::now();
        let finding = forced.finding(now);
        self.forced.released.remove(&index);
        self.forced.held.insert(index, forced);
        self.found(index, finding, |_| now);
        true
    }

    /// What it was forced to say stands until its next run, which is due, or until it is stale. What is final stays.
    pub(in crate::snapshot) fn release(&mut self, index: usize) {
        if self.is_final(index) || self.forced.held.remove(&index).is_none() {
            return;
        }
        self.forced.released.insert(index);
        let report = CheckReport::clone(self.reports.get(index));
        let stale_at = Instant::now() + self.slots[index].stale_after;
        self.place(index, report, Some(stale_at));
    }

    /// Whether it was let go since somebody last asked.
    pub(in crate::snapshot) fn take_released(&mut self, index: usize) -> bool {
        self.forced.released.remove(&index)
    }

    pub(in crate::snapshot) fn is_held(&self, index: usize) -> bool {
        self.forced.holds(index)
    }

    /// Its first success ended it.
    fn is_final(&self, index: usize) -> bool {
        let report = self.reports.get(index);
        report.probe == crate::Probe::Startup && report.state == CheckState::Up
    }
}

impl Forced {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Says(outcome) => outcome.clone(),
            Self::TimesOut => Outcome::fail("no answer in its time, as a test wants it"),
        }
    }

    fn finding(&self, began: Instant) -> Finding {
        let outcome = self.outcome();
        let cause = match self {
            Self::TimesOut => Some(Cause::TimedOut),
            Self::Says(outcome) => (!outcome.is_success()).then_some(Cause::Failed),
        };
        Finding {
            outcome,
            cause,
            lagged: false,
            began,
            took: Duration::ZERO,
        }
    }
}
