use std::time::Duration;

/// When to beat next, and when to try again. Pure: chance is handed in, from 0 to 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    every: Duration,
    /// Up to this part of the interval more or less, so that a fleet that started together does not beat together.
    jitter: f64,
    /// Beats that were not acked, in a row, of this session.
    missed: u32,
    /// Requests to join since a beat was last acked.
    asked: u32,
    /// A beat never comes later than this, whatever was set: a third of what was last granted.
    at_most: Duration,
}

/// More often is no heartbeat, whatever was granted.
pub(crate) const SHORTEST: Duration = Duration::from_millis(10);
/// A beat that failed is tried again after this, then after twice as long, up to the interval.
const RETRY: Duration = Duration::from_millis(100);
/// A request to join that was refused is made again after this, or after the interval where that is less: until there is a grant, nobody knows
/// how long it may take.
const REJOIN: Duration = Duration::from_secs(1);
/// A coordinator that comes back is asked by everybody, within so long.
const LONGEST: Duration = Duration::from_secs(10);
/// As many beats must fit into a lease: one may be lost, and the next be late.
pub(crate) const BEATS_PER_LEASE: u32 = 3;

impl Pace {
    pub(crate) fn new(every: Duration, jitter: f64) -> Self {
        Self {
            every,
            jitter,
            missed: 0,
            asked: 0,
            at_most: Duration::MAX,
        }
    }

    /// So much was granted.
    pub(crate) fn granted(&mut self, granted: Duration) {
        self.at_most = granted / BEATS_PER_LEASE;
    }

    /// From one beat that was acked to the next. Where less was granted than asked for, more often than was set.
    pub(crate) fn interval(&self, chance: f64) -> Duration {
        let every = self.every();
        every.mul_f64(1.0 + self.jitter * (2.0 * chance - 1.0))
    }

    fn every(&self) -> Duration {
        self.every.min(self.at_most).max(SHORTEST)
    }

    /// A beat was acked.
    pub(crate) fn acked(&mut self) {
        (self.missed, self.asked) = (0, 0);
    }

    /// A beat was not acked. Gives how long to wait until the next: not long, for the lease runs.
    pub(crate) fn missed(&mut self, chance: f64) -> Duration {
        self.missed = self.missed.saturating_add(1);
        backoff(self.missed, RETRY, self.every(), chance)
    }

    /// Asks to join.
    pub(crate) fn asks(&mut self) {
        self.missed = 0;
        self.asked = self.asked.saturating_add(1);
    }

    /// From now to the next request to join: at once, where a beat was acked since the last. To have joined is no success before that:
    /// else a coordinator that takes everybody, and forgets them, would be asked in a loop.
    pub(crate) fn rejoin(&self, chance: f64) -> Duration {
        let every = self.every();
        backoff(self.asked, every.min(REJOIN), LONGEST.max(every), chance)
    }
}

/// Twice as long with each failure; by chance between half of it and all of it.
fn backoff(failures: u32, first: Duration, most: Duration, chance: f64) -> Duration {
    let Some(doublings) = failures.checked_sub(1) else {
        return Duration::ZERO;
    };
    let factor = 2_u32.saturating_pow(doublings);
    let most = first.saturating_mul(factor).min(most);
    most.mul_f64(0.5 + 0.5 * chance)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn after(requests: u32) -> Pace {
        let mut pace = Pace::new(SECOND, 0.1);
        for _ in 0..requests {
            pace.asks();
        }
        pace
    }

    #[test]
    fn beats_come_as_often_as_the_lease_needs() {
        let mut pace = after(0);
        pace.granted(10 * SECOND);
        assert_eq!(pace.interval(0.5), SECOND);
        assert_eq!(pace.interval(0.0), SECOND.mul_f64(0.9));
        assert_eq!(pace.interval(1.0), SECOND.mul_f64(1.1));
        pace.granted(SECOND);
        assert_eq!(pace.interval(0.5), SECOND / 3);
    }

    /// As of systemd, whose watchdog is the grant, whatever the interval is: a beat that failed, or a join that was refused, is not the last.
    #[test]
    fn who_was_granted_less_is_not_left_to_wait_for_longer() {
        let mut pace = Pace::new(60 * SECOND, 0.1);
        pace.asks();
        pace.granted(30 * SECOND);
        for _ in 0..60 {
            assert!(pace.missed(1.0) <= 10 * SECOND);
        }
        for _ in 0..60 {
            assert!(pace.rejoin(1.0) <= 10 * SECOND);
            pace.asks();
        }
    }

    #[test]
    fn a_failed_beat_is_tried_soon_and_a_refused_join_ever_later() {
        let mut pace = after(0);
        let retries = [(); 6].map(|()| pace.missed(1.0).as_millis());
        assert_eq!(retries, [100, 200, 400, 800, 1000, 1000]);
        assert_eq!(pace.rejoin(1.0), Duration::ZERO, "after an outage at once");
        pace.asks();
        assert_eq!(pace.missed(1.0).as_millis(), 100);
        let rejoins = [0, 1, 2, 4, 5, 60].map(|n| after(n).rejoin(1.0).as_secs());
        assert_eq!(rejoins, [0, 1, 2, 8, 10, 10]);
        let mut seldom = Pace::new(60 * SECOND, 0.1);
        let rejoins = [(); 9].map(|()| {
            seldom.asks();
            seldom.rejoin(1.0).as_secs()
        });
        assert_eq!(rejoins, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
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
            pace.granted(granted);
            let interval = pace.interval(chance);
            prop_assert!(interval <= every.mul_f64(1.5) && interval.mul_f64(2.0) <= granted.mul_f64(1.01).max(SHORTEST * 3));
            for _ in 0..failures {
                pace.asks();
                let retry = pace.missed(chance);
                prop_assert!(retry >= Duration::from_millis(5) && retry <= every);
            }
            prop_assert!(pace.rejoin(chance) >= every.min(granted / 3).max(SHORTEST).min(REJOIN) / 2);
            prop_assert!(pace.rejoin(chance) <= LONGEST.max(every));
        }
    }
}
