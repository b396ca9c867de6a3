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

/// Time as far as the watchdog was there to see it.
///
/// While the process is stopped, the machine suspended, or the watchdog itself starved of the processor, this clock stands
/// still, but for two ticks: what was not observed accuses nobody. All ages are measured on it.
#[derive(Debug)]
pub(crate) struct Clock {
    last: Instant,
    seen: Duration,
}

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
        self.seen += passed.min(2 * TICK);
        Moment(self.seen)
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
        let after = clock.tick(start + TICK + Duration::from_secs(3600));
        assert_eq!(after - before, 2 * TICK);
        assert_eq!(
            clock.tick(start) - after,
            Duration::ZERO,
            "it never goes back"
        );
    }
}
