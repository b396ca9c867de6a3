use std::time::Duration;

use tokio::time::Instant;

use crate::check::Settings;

/// First runs are spread by this much a check, up to `every`: a few checks start at once, thousands don't.
const SPREAD: Duration = Duration::from_millis(10);

/// When a check runs next.
///
/// 1. Runs start `every` ± jitter after the start of the run before, and never before that has ended.
/// 2. Once failures have reached `fail_after`, intervals double with each further one, up to `backoff`; the first success ends it.
/// 3. It is never told the time by anyone but its caller, and takes chance (0 ≤ `chance` < 1) as an argument.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    every: Duration,
    jitter: f64,
    backoff: Duration,
    fail_after: u32,
    initial_delay: Duration,
}

impl Schedule {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            every: settings.every,
            jitter: settings.jitter,
            backoff: settings.backoff,
            fail_after: settings.fail_after,
            initial_delay: settings.initial_delay,
        }
    }

    /// The first run of one among `checks` checks.
    pub(crate) fn first(&self, start: Instant, checks: usize, chance: f64) -> Instant {
        let checks = u32::try_from(checks).unwrap_or(u32::MAX);
        let spread = SPREAD.saturating_mul(checks).min(self.every);
        start + self.initial_delay + spread.mul_f64(chance)
    }

    /// The run after one that began at `began` and ended at `ended`, with that many failures in a row up to now.
    pub(crate) fn next(
        &self,
        began: Instant,
        ended: Instant,
        failures: u32,
        chance: f64,
    ) -> Instant {
        let interval = self.interval(failures);
        let factor = 1.0 + self.jitter * (2.0 * chance - 1.0);
        let next = began + interval.mul_f64(factor);
        next.max(ended)
    }

    fn interval(&self, failures: u32) -> Duration {
        let beyond = failures.saturating_sub(self.fail_after.saturating_sub(1));
        if beyond == 0 {
            return self.every;
        }
        let longest = self.backoff.max(self.every);
        let doubled = 2_u32.checked_pow(beyond).unwrap_or(u32::MAX);
        self.every.saturating_mul(doubled).min(longest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Probe;
    use crate::check::Options;

    const SECOND: Duration = Duration::from_secs(1);

    fn schedule() -> Schedule {
        Schedule::new(&Settings::resolve(&Options::NONE, Probe::Readiness).unwrap())
    }

    fn interval(failures: u32, chance: f64) -> Duration {
        let began = Instant::now();
        schedule().next(began, began, failures, chance) - began
    }

    #[test]
    fn the_interval_varies_by_the_jitter() {
        assert_eq!(interval(0, 0.5), 5 * SECOND);
        assert_eq!(interval(0, 0.0), Duration::from_millis(4500));
        assert!(interval(0, 0.999) < Duration::from_millis(5500));
    }

    #[test]
    fn failing_checks_back_off_up_to_the_cap_and_recover_at_once() {
        let seconds: Vec<_> = (0..6)
            .map(|failures| interval(failures, 0.5).as_secs())
            .collect();
        assert_eq!(seconds, [5, 5, 10, 20, 30, 30]);
        assert_eq!(interval(u32::MAX, 0.5), 30 * SECOND);
    }

    #[test]
    fn few_checks_run_at_once_and_many_are_spread_over_the_interval() {
        let start = Instant::now();
        assert!(schedule().first(start, 1, 0.999) - start < SPREAD);
        let last = schedule().first(start, 1_000_000, 0.999) - start;
        assert!(last > 4 * SECOND && last < 5 * SECOND);
    }

    proptest! {
        #[test]
        fn a_run_never_overlaps_the_one_before(
            took in 0_u64..100_000,
            failures in any::<u32>(),
            chance in 0.0..1.0_f64,
        ) {
            let began = Instant::now();
            let ended = began + Duration::from_millis(took);
            let next = schedule().next(began, ended, failures, chance);
            prop_assert!(next >= ended);
            prop_assert!(next <= ended.max(began + 33 * SECOND));
        }
    }
}
