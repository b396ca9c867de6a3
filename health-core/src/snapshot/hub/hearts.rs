use super::Hub;

impl Hub {
    /// Looks at every fence, and takes over whether a membership that is needed holds. Says nothing by itself: see [`tell`](Self::tell).
    pub(crate) fn follow_hearts(&self) {
        let missed = || self.vitals.hearts().any_missed();
        if missed() != self.published().is_outside() {
            // Asked again under the lock: whoever comes last has looked last.
            self.note(|ledger| ledger.outside = missed());
        }
    }

    /// A heartbeat stands elsewhere now: whoever follows snapshots looks again.
    pub(crate) fn heart_moved(&self) {
        self.note(|ledger| ledger.outside = self.vitals.hearts().any_missed());
    }
}
