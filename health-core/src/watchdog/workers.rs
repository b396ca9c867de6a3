use std::time::Duration;

use crate::watchdog::clock::Moment;

/// What one worker's counters say. Tokio writes them when a worker parks, wakes, and after each 61 polls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counters {
    /// Odd while the worker is parked.
    pub(crate) parks: u64,
    pub(crate) busy: Duration,
}

impl Counters {
    fn is_parked(self) -> bool {
        self.parks % 2 == 1
    }
}

/// One worker: since when it neither parked nor got on.
///
/// A worker under load never parks, but gets on; one that hangs in a poll does neither. An idle one is parked, for however long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Worker {
    counters: Counters,
    since: Moment,
}

impl Worker {
    pub(crate) fn new(counters: Counters, now: Moment) -> Self {
        let since = now;
        Self { counters, since }
    }

    /// For how long it has been stuck by now.
    pub(crate) fn stuck(&mut self, counters: Counters, now: Moment) -> Duration {
        if counters != self.counters || counters.is_parked() {
            *self = Self::new(counters, now);
        }
        now - self.since
    }
}
