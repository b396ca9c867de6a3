use std::time::Duration;

/// When to beat next, and when to try again. Pure: chance is handed in, from 0 to 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    every: Duration,
    /// Up to this part of the interval more or less, so that a fleet that started together does not beat together.
    jitter: f64,
    /// In a row; of beats, and of requests to join.
    failures: u32,
}

/// A beat that failed is tried again after this, then after twice as long, up to the interval.
const RETRY: Duration = Duration::from_millis(100);
/// A coordinator that comes back is asked by everybody, within so long.
const LONGEST: Duration = Duration::from_secs(30);
/// As many beats must fit into a lease: one may be lost, and the next be late.
pub(crate) const BEATS_PER_LEASE: u32 = 3;

impl Pace {
    pub(crate) fn new(every: Duration, jitter: f64) -> Self {
        Self {
            every,
            jitter,
            failures: 0,
        }
    }

    /// From one beat that was acked to the next. Where less was granted than asked for, more often than was set.
    pub(crate) fn interval(&self, granted: Duration, chance: f64) -> Duration {
        let every = self.every.min(granted / BEATS_PER_LEASE);
        every.mul_f64(1.0 + self.jitter * (2.0 * chance - 1.0))
    }

    /// A beat was acked.
    pub(crate) fn acked(&mut self) {
        self.failures = 0;
    }

    /// A beat, or a request to join, has failed. Gives how many have now, in a row.
    pub(crate) fn failed(&mut self) -> u32 {
        self.failures = self.failures.saturating_add(1);
        self.failures
    }

    /// From a beat that failed to the next: soon, for the lease runs.
    pub(crate) fn retry(&self, chance: f64) -> Duration {
        self.backoff(RETRY, self.every, chance)
    }

    /// From now to the next request to join: at once if nothing has failed since the last beat that was acked.
    pub(crate) fn rejoin(&self, chance: f64) -> Duration {
        self.backoff(self.every, LONGEST.max(self.every), chance)
    }

    /// By chance between half of it and all of it.
    fn backoff(&self, first: Duration, most: Duration, chance: f64) -> Duration {
        let Some(doublings) = self.failures.checked_sub(1) else {
            return Duration::ZERO;
        };
        let factor = 2_u32.saturating_pow(doublings);
        let most = first.saturating_mul(factor).min(most);
        most.mul_f64(0.5 + 0.5 * chance)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn after(failures: u32) -> Pace {
        let mut pace = Pace::new(SECOND, 0.1);
        (0..failures).for_each(|_| drop(pace.failed()));
        pace
    }

    #[test]
    fn beats_come_as_often_as_the_lease_needs() {
        let pace = after(0);
        assert_eq!(pace.interval(10 * SECOND, 0.5), SECOND);
        assert_eq!(pace.interval(10 * SECOND, 0.0), SECOND.mul_f64(0.9));
        assert_eq!(pace.interval(10 * SECOND, 1.0), SECOND.mul_f64(1.1));
        assert_eq!(pace.interval(SECOND, 0.5), SECOND / 3);
    }

    #[test]
    fn a_failed_beat_is_tried_soon_and_a_refused_join_ever_later() {
        let millis = |of: Duration| of.as_millis();
        let retries = [1, 2, 3, 4, 5, 60].map(|n| millis(after(n).retry(1.0)));
        assert_eq!(retries, [100, 200, 400, 800, 1000, 1000]);
        let rejoins = [0, 1, 2, 5, 6, u32::MAX.min(60)].map(|n| millis(after(n).rejoin(1.0)));
        assert_eq!(rejoins, [0, 1000, 2000, 16_000, 30_000, 30_000]);
        let mut pace = after(9);
        pace.acked();
        assert_eq!(pace.rejoin(1.0), Duration::ZERO);
    }

    proptest! {
        #[test]
        fn nothing_becomes_a_loop_or_stands_still(
            every in 10..3_600_000_u64,
            jitter in 0.0..0.5_f64,
            failures in 1..200_u32,
            chance in 0.0..1.0_f64,
            granted in 1..u64::MAX,
        ) {
            let (every, granted) = (Duration::from_millis(every), Duration::from_millis(granted));
            let mut pace = Pace::new(every, jitter);
            let interval = pace.interval(granted, chance);
            prop_assert!(interval <= every.mul_f64(1.5) && interval.mul_f64(2.0) <= granted.mul_f64(1.01));
            (0..failures).for_each(|_| drop(pace.failed()));
            prop_assert!(pace.retry(chance) >= Duration::from_millis(5));
            prop_assert!(pace.retry(chance) <= every);
            prop_assert!(pace.rejoin(chance) >= every / 2);
            prop_assert!(pace.rejoin(chance) <= LONGEST.max(every));
        }
    }
}
