use std::time::Duration;

use tokio::time::Instant;

use crate::check::Settings;

/// First runs are spread by this much a check, up to `every`: a few checks start at once, thousands don't.
const SPREAD: Duration = Duration::from_millis(10);

/// Runs that are brought forward together are spread over this much, or over `every` where that is less: replicas that all were told of
/// the same trouble don't run in step, and neither do checks.
const FORWARD: Duration = Duration::from_millis(500);

/// The part of an interval that is kept between a run and one that is brought forward.
const FORWARD_APART: u32 = 4;
/// But no more than this: whoever doubts does so for ten seconds.
const FORWARD_MOST: Duration = Duration::from_secs(5);

/// When a check runs next.
///
/// 1. Runs start `every` ± jitter after the start of the run before, and never before that has ended.
/// 2. Two starts are at least [`Settings::SHORTEST`] apart, whatever the jitter: 100 % of it would else be a run at once.
/// 3. Once failures have reached `fail_after`, intervals double with each further one, up to `backoff`, which jitter does not exceed
///    either; the first success ends it. No interval gets shorter for it.
/// 4. It is never told the time by anyone but its caller, and takes chance (0 ≤ `chance` < 1) as an argument.
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
        let factor = 1.0 + self.jitter * (2.0 * chance - 1.0);
        let healthy = self.every.mul_f64(factor);
        // Jittered before it is cut: replicas whose intervals all are the longest one would run in step.
        let backed_off = self.doubled(failures).mul_f64(factor).min(self.backoff);
        let interval = healthy.max(backed_off).max(Settings::SHORTEST);
        (began + interval).max(ended)
    }

    /// The run that was planned for `next`, after one that began at `began`, brought forward at `now`: never put off, and no loop. What
    /// began less than a quarter of its interval ago, five seconds at most, has not become that doubtful, and a check may be dear to run.
    pub(crate) fn forward(
        &self,
        began: Instant,
        now: Instant,
        next: Instant,
        chance: f64,
    ) -> Instant {
        let quarter = (self.every / FORWARD_APART).min(FORWARD_MOST);
        let apart = Settings::SHORTEST.max(quarter);
        let spread = FORWARD.min(self.every).mul_f64(chance);
        (now.max(began + apart) + spread).min(next)
    }

    /// Without jitter.
    fn doubled(&self, failures: u32) -> Duration {
        let beyond = failures.saturating_sub(self.fail_after.saturating_sub(1));
        let doubled = 2_u32.checked_pow(beyond).unwrap_or(u32::MAX);
        let longest = self.backoff.max(self.every);
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
    fn jitter_makes_no_interval_longer_than_the_longest() {
        for failures in 0..50 {
            assert!(interval(failures, 0.999) <= 30 * SECOND);
        }
        assert_eq!(interval(50, 0.999), 30 * SECOND);
        assert_eq!(interval(50, 0.0), 27 * SECOND);
        // Without backoff, `every` is no longest interval: it varies as ever.
        let options = Options {
            every: Some(60 * SECOND),
            ..Options::NONE
        };
        let rare = Schedule::new(&Settings::resolve(&options, Probe::Readiness).unwrap());
        let began = Instant::now();
        assert_eq!(rare.next(began, began, 50, 0.0) - began, 54 * SECOND);
        assert!(rare.next(began, began, 50, 0.999) - began > 65 * SECOND);
    }

    #[test]
    fn what_is_brought_forward_comes_within_half_a_second_and_never_later_than_planned() {
        let (began, millis) = (Instant::now(), Duration::from_millis);
        let forward = |after, next, chance| {
            let now = began + millis(after);
            schedule().forward(began, now, began + millis(next), chance) - began
        };
        assert_eq!(forward(2000, 5000, 0.0), millis(2000));
        assert_eq!(forward(2000, 5000, 0.5), millis(2250));
        assert_eq!(forward(2000, 2100, 0.5), millis(2100));
        // Not within a quarter of the interval.
        assert_eq!(forward(2, 5000, 0.0), millis(1250));
        assert_eq!(forward(1000, 5000, 0.5), millis(1500));
        assert_eq!(forward(2, 1000, 0.0), millis(1000));
        let options = Options {
            every: Some(millis(100)),
            ..Options::NONE
        };
        let often = Schedule::new(&Settings::resolve(&options, Probe::Readiness).unwrap());
        let next = began + 30 * SECOND;
        assert_eq!(
            often.forward(began, began + SECOND, next, 0.5) - began,
            millis(1050)
        );
    }

    #[test]
    fn few_checks_run_at_once_and_many_are_spread_over_the_interval() {
        let start = Instant::now();
        assert!(schedule().first(start, 1, 0.999) - start < SPREAD);
        let last = schedule().first(start, 1_000_000, 0.999) - start;
        assert!(last > 4 * SECOND && last < 5 * SECOND);
    }

    #[test]
    fn jitter_never_makes_two_runs_of_one() {
        let options = Options {
            jitter: Some(100),
            ..Options::NONE
        };
        let settings = Settings::resolve(&options, Probe::Readiness).unwrap();
        let began = Instant::now();
        let next = Schedule::new(&settings).next(began, began, 0, 0.0);
        assert_eq!(next - began, Settings::SHORTEST);
    }

    const WEEK: u64 = 7 * 24 * 3600 * 1000;

    /// All that is legal, the extremes often.
    fn settings() -> impl Strategy<Value = Settings> {
        let every = prop_oneof![Just(10), Just(WEEK), 10..1000_u64, 10..=WEEK];
        let jitter = prop_oneof![Just(0_u8), Just(100), 0..=100_u8];
        let longer = proptest::option::of(prop_oneof![Just(0), Just(WEEK), 0..=WEEK]);
        let fail_after = prop_oneof![Just(1), Just(u32::MAX), 1..6_u32];
        let initial_delay = prop_oneof![Just(0), 0..=WEEK];
        let all = (every, jitter, longer, fail_after, initial_delay);
        all.prop_map(|(every, jitter, longer, fail_after, initial_delay)| {
            let options = Options {
                every: Some(Duration::from_millis(every)),
                jitter: Some(jitter),
                backoff: longer.map(|longer| Duration::from_millis((every + longer).min(WEEK))),
                fail_after: Some(fail_after),
                initial_delay: Some(Duration::from_millis(initial_delay)),
                ..Options::NONE
            };
            Settings::resolve(&options, Probe::Readiness).unwrap()
        })
    }

    fn chance() -> impl Strategy<Value = f64> {
        prop_oneof![Just(0.0), Just(1.0_f64.next_down()), 0.0..1.0_f64]
    }

    /// How long a run took, and whether it succeeded; then chance.
    fn run() -> impl Strategy<Value = (Duration, bool, f64)> {
        let took = prop_oneof![Just(0), 0..100_u64, 0..=WEEK].prop_map(Duration::from_millis);
        // Failures often come in a row.
        (took, proptest::bool::weighted(0.2), chance())
    }

    proptest! {
        /// Whatever a check does, and for however long it has failed before.
        #[test]
        fn over_any_sequence_of_runs_every_promise_is_kept(
            settings in settings(),
            mut failures in prop_oneof![Just(0), Just(u32::MAX - 3), any::<u32>()],
            checks in any::<usize>(),
            first in chance(),
            runs in proptest::collection::vec(run(), 1..40),
        ) {
            let schedule = Schedule::new(&settings);
            let start = Instant::now();
            // Less is lost by computing with fractions.
            let slack = Duration::from_millis(1);
            let (shrunk, grown) = (1.0 - settings.jitter, 1.0 + settings.jitter);
            let mut began = schedule.first(start, checks, first);
            prop_assert!(began >= start + settings.initial_delay);
            prop_assert!(began <= start + settings.initial_delay + settings.every);
            for (took, success, chance) in runs {
                let ended = began + took;
                failures = if success { 0 } else { failures.saturating_add(1) };
                let next = schedule.next(began, ended, failures, chance);
                prop_assert!(next >= ended, "runs overlap");
                let interval = next - began;
                prop_assert!(interval >= Settings::SHORTEST, "{interval:?} is a loop");
                prop_assert!(interval + slack >= settings.every.mul_f64(shrunk));
                let healthy = settings.every.mul_f64(grown).max(Settings::SHORTEST);
                let most = if failures < settings.fail_after {
                    healthy
                } else {
                    healthy.max(settings.backoff)
                };
                // A run that takes longer than its interval is followed at once.
                prop_assert!(interval <= took.max(most + slack), "{interval:?} after {failures} failures");
                began = next;
            }
        }

        /// Each failure beyond the threshold makes the interval no shorter, until it is as long as it may be.
        #[test]
        fn intervals_only_grow_while_a_check_fails(settings in settings(), chance in chance()) {
            let schedule = Schedule::new(&settings);
            let began = Instant::now();
            let interval = |failures| schedule.next(began, began, failures, chance) - began;
            let beyond = (0..40).map(|more| settings.fail_after.saturating_add(more));
            let intervals: Vec<_> = beyond.map(interval).collect();
            prop_assert!(intervals.is_sorted());
            let factor = 1.0 + settings.jitter * (2.0 * chance - 1.0);
            let healthy = settings.every.mul_f64(factor);
            prop_assert!(intervals.iter().all(|interval| *interval >= healthy));
            let cut = settings.backoff.max(settings.every).mul_f64(factor).min(settings.backoff);
            if settings.fail_after < u32::MAX - 40 {
                let longest = healthy.max(cut).max(Settings::SHORTEST);
                prop_assert_eq!(intervals.last(), Some(&longest));
            }
        }
    }
}
