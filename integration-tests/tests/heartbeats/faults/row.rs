use std::time::Duration;

use super::case::{Case, Kind, Setting};
use super::judge::Outcome;

/// What became of all members of one kind and setting under one fault.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) case: Case,
    pub(crate) kind: Kind,
    pub(crate) setting: Setting,
    /// Why nothing was tried.
    pub(crate) missing: Option<String>,
    pub(crate) outcomes: Vec<Outcome>,
}

impl Row {
    pub(crate) fn is_blind(&self) -> bool {
        self.kind == Kind::Blind
    }

    pub(crate) fn removed(&self) -> Vec<Duration> {
        let removed = self.outcomes.iter();
        removed.filter_map(|outcome| outcome.removed).collect()
    }

    pub(crate) fn count(&self, of: impl Fn(&Outcome) -> usize) -> usize {
        self.outcomes.iter().map(of).sum()
    }

    /// The least of it.
    pub(crate) fn knew(&self) -> Option<f64> {
        let knew = self.outcomes.iter().filter_map(|outcome| outcome.knew);
        knew.min_by(f64::total_cmp)
    }

    /// The answers after it was removed that said otherwise, and the latest of them.
    pub(crate) fn late(&self) -> (usize, Option<Duration>) {
        let late = self.outcomes.iter().flat_map(|outcome| &outcome.late);
        (late.clone().count(), late.max().copied())
    }
}
