//! The hub's side of outcomes that a test wants.

use std::future::ready;
use std::sync::Arc;

use crate::check::{Body, Outcome};
use crate::runner::Nap;
use crate::snapshot::hub::Hub;
use crate::test::Forced;

impl Hub {
    /// `false` where that can't be: see the ledger.
    pub(crate) fn force(&self, index: usize, forced: Forced) -> bool {
        self.change(|ledger| ledger.force(index, forced))
    }

    pub(crate) fn release(&self, index: usize) {
        self.change(|ledger| ledger.release(index));
        self.releases.notify_waiters();
    }

    /// What runs in the place of a check that is forced: nothing of it. What it says doesn't matter.
    pub(crate) fn understudy(&self, index: usize, body: &Body) -> Body {
        if self.lock().is_held(index) {
            Body::Async(Arc::new(|| Box::pin(ready(Outcome::Pass))))
        } else {
            body.clone()
        }
    }

    /// Naps, or until the check is let go; that is a run as any other, at once. Gives what the nap does.
    pub(crate) async fn or_released(&self, index: usize, nap: Nap<'_>) -> bool {
        tokio::pin!(nap);
        loop {
            // Made before it is looked: one in between is not missed.
            let released = self.releases.notified();
            if self.lock().take_released(index) {
                return false;
            }
            tokio::select! {
                biased;
                forward = &mut nap => return forward,
                () = released => {}
            }
        }
    }
}
