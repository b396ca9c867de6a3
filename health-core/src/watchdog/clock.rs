use std::ops::Sub;
use std::time::{Duration, Instant};

use crate::watchdog::ladder::TICK;

/// A moment on the watchdog's own clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(Duration);

impl Sub for Moment {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

/// Time as far as the watchdog was there to see it. All ages are measured on it.
///
/// 1. An interval of more than a second did not happen: the process was stopped, or the machine suspended. However often that
///    is, it accuses nobody.
/// 2. Of a shorter one, two ticks count at most. The watchdog was short of a processor, as was everybody; were that not to count
///    at all, a loop that takes all processors would hide itself.
/// 3. It never goes back.
#[derive(Debug)]
pub(crate) struct Clock {
    last: Instant,
    seen: Duration,
}

/// Who is short of a processor gets one within that, even with a tenth of one for the whole process.
const STOPPED: Duration = Duration::from_secs(1);

impl Clock {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            last: now,
            seen: Duration::ZERO,
        }
    }

    /// The watchdog looks.
    pub(crate) fn tick(&mut self, now: Instant) -> Moment {
        let passed = now.saturating_duration_since(self.last);
        self.last = self.last.max(now);
        if passed <= STOPPED {
            self.seen += passed.min(2 * TICK);
        }
        Moment(self.seen)
    }
}

#[cfg(test)]
impl Moment {
    pub(crate) fn after(self, passed: Duration) -> Self {
        Self(self.0 + passed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_watchdog_slept_through_did_not_happen() {
        let start = Instant::now();
        let mut clock = Clock::new(start);
        let before = clock.tick(start + TICK);
        let mut now = start + TICK;
        for _ in 0..1000 {
            now += Duration::from_secs(3600);
            assert_eq!(clock.tick(now), before, "not even often");
        }
        let starved = clock.tick(now + STOPPED);
        assert_eq!(starved - before, 2 * TICK);
        let back = clock.tick(start);
        assert_eq!(back, starved, "it never goes back");
        assert_eq!(clock.tick(now + STOPPED + TICK) - back, TICK);
    }
}
