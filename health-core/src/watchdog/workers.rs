use std::time::Duration;

use crate::watchdog::clock::Moment;

/// What one worker's counters say.
///
/// Tokio writes them when a worker parks, when it wakes, and every 61 times it takes a task (`event_interval`); each time, the
/// worker may poll up to three more that were woken by the first. So one that never finds its queue empty shows that it gets on
/// only every 61 to 244 polls.
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
/// `block_in_place` hands its worker to another thread, and the worker gets on there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Worker {
    counters: Counters,
    stuck_since: Moment,
    still_since: Moment,
    longest: Duration,
}

impl Worker {
    pub(crate) fn new(counters: Counters, now: Moment) -> Self {
        Self {
            counters,
            stuck_since: now,
            still_since: now,
            longest: Duration::ZERO,
        }
    }

    pub(crate) fn look(&mut self, counters: Counters, now: Moment) {
        if counters != self.counters {
            self.longest = self.longest.max(self.stuck(now));
            self.counters = counters;
            self.stuck_since = now;
            self.still_since = now;
        } else if counters.is_parked() {
            self.stuck_since = now;
        }
    }

    /// For how long it has neither parked nor got on.
    pub(crate) fn stuck(&self, now: Moment) -> Duration {
        now - self.stuck_since
    }

    /// For how long it has given no sign, parked or not.
    pub(crate) fn still(&self, now: Moment) -> Duration {
        now - self.still_since
    }

    /// The longest that it was stuck, and came back by itself.
    pub(crate) fn longest(&self) -> Duration {
        self.longest
    }
}
