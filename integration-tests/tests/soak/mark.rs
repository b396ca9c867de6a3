//! A check that only the driver moves. Events come in the order of the changes: once its own is heard, so are all before it.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use health_tower::{Check, Impact};
use integration_tests::patience::until;

use crate::log::Log;
use crate::patients::DAY;

pub(crate) const MARK: &str = "mark";
const OFTEN: Duration = Duration::from_millis(10);

#[derive(Debug, Default)]
pub(crate) struct Mark(Arc<AtomicBool>);

impl Mark {
    /// It has all the time it wants, and is moved by nothing else.
    pub(crate) fn check(&self) -> Check {
        let mark = Arc::clone(&self.0);
        let check = Check::readiness(MARK, move || ready(mark.load(Ordering::SeqCst)));
        let check = check.impact(Impact::Observe).fail_after(1);
        let check = check.every(OFTEN).backoff(OFTEN);
        check.timeout(DAY).stale_after(DAY)
    }

    /// Waits until all changes up to now have been heard of.
    pub(crate) async fn flush(&self, log: &Log) {
        let was_up = self.0.fetch_xor(true, Ordering::SeqCst);
        let state = if was_up { "down" } else { "up" };
        until("the events", || log.says(MARK, state)).await;
    }
}
