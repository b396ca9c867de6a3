use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// How often the canary sings for a time-out of 800 ms and more. A stall is seen up to one period shorter than it was.
const LONGEST_PERIOD: Duration = Duration::from_millis(100);
/// Timers count in milliseconds: more often would measure the timer. Time-outs below 40 ms are protected the less for it.
const SHORTEST_PERIOD: Duration = Duration::from_millis(5);
/// How late every timer is now and then.
const TIMERS: Duration = Duration::from_millis(2);
/// More are put together, the oldest first.
const MOST: usize = 512;

/// How late a runtime turns: measured by a task on it that wants to be woken at fixed times.
///
/// A check that fails while its runtime stands still, or while the whole process is stopped, says nothing about what it looks
/// at. It would otherwise take every replica out at once, one busy second being enough.
///
/// The canary sings eight times in the shortest time-out of the checks on its runtime, within 5 and 100 ms: half of what it
/// takes to excuse a failure.
#[derive(Debug)]
pub(crate) struct LagMeter(Mutex<Window>);

impl LagMeter {
    /// For checks with these time-outs.
    pub(crate) fn new(now: Instant, timeouts: impl Iterator<Item = Duration>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Window::new(now, timeouts.min()))))
    }

    /// For a check with this time-out as well.
    pub(crate) fn also_for(&self, timeout: Duration) {
        self.window().also_for(timeout);
    }

    /// The canary. Goes on until it is aborted.
    pub(crate) async fn watch(self: Arc<Self>) {
        loop {
            let expected = self.window().tick(Instant::now());
            sleep_until(expected).await;
        }
    }

    /// Whether a failure says nothing: its runtime stood still for more than a quarter of the time-out, in all. Many short stalls
    /// take as much from a run as a long one does.
    pub(crate) fn excuses(&self, since: Instant, now: Instant, timeout: Duration) -> bool {
        self.lost(since, now) > timeout / 4
    }

    /// For how long it stood still between these two, as far as the canary saw.
    pub(crate) fn lost(&self, since: Instant, now: Instant) -> Duration {
        self.window().lost(since, now)
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The lags of late, with running sums.
///
/// 1. Lags follow each other and never overlap.
/// 2. None is forgotten: old ones are put together, so that a long run is still told the sum, and may be told one lag too much.
#[derive(Debug)]
struct Window {
    period: Duration,
    /// Shorter ones don't count: in all they make no more than a sixth of the time, or 2 ms a period.
    noise: Duration,
    expected: Instant,
    lags: VecDeque<Lag>,
    /// The sum of all lags.
    total: Duration,
}

/// One lag, or some that were put together.
#[derive(Clone, Copy, Debug)]
struct Lag {
    ended: Instant,
    lasted: Duration,
    /// The sum of those before.
    before: Duration,
}

impl Window {
    fn new(now: Instant, shortest_timeout: Option<Duration>) -> Self {
        let mut window = Self {
            period: LONGEST_PERIOD,
            noise: noise(LONGEST_PERIOD),
            expected: now,
            lags: VecDeque::new(),
            total: Duration::ZERO,
        };
        if let Some(timeout) = shortest_timeout {
            window.also_for(timeout);
        }
        window
    }

    /// The canary sings no less often than this time-out needs, from the next time on.
    fn also_for(&mut self, timeout: Duration) {
        let period = (timeout / 8).clamp(SHORTEST_PERIOD, LONGEST_PERIOD);
        self.period = self.period.min(period);
        self.noise = noise(self.period);
    }

    /// The canary was woken. Gives when it wants to be woken next.
    fn tick(&mut self, now: Instant) -> Instant {
        let lasted = now.saturating_duration_since(self.expected);
        if lasted > self.noise {
            if self.lags.len() == MOST {
                self.put_old_ones_together();
            }
            let before = self.total;
            self.total += lasted;
            self.lags.push_back(Lag {
                ended: now,
                lasted,
                before,
            });
        }
        self.expected = now + self.period;
        self.expected
    }

    fn lost(&self, since: Instant, now: Instant) -> Duration {
        let still = now.saturating_duration_since(self.expected.max(since));
        let first = self.lags.partition_point(|lag| lag.ended <= since);
        let ended = self.lags.get(first).map_or(Duration::ZERO, |first| {
            let later = self.total - first.before - first.lasted;
            // It may have begun before.
            later + first.lasted.min(first.ended - since)
        });
        still + ended
    }

    /// The older half, two at a time.
    fn put_old_ones_together(&mut self) {
        let newer = self.lags.split_off(MOST / 2);
        let pairs = self.lags.make_contiguous().chunks(2);
        let together = |pair: &[Lag]| {
            let (first, last) = (pair.first()?, pair.last()?);
            Some(Lag {
                ended: last.ended,
                lasted: pair.iter().map(|lag| lag.lasted).sum(),
                before: first.before,
            })
        };
        self.lags = pairs.filter_map(together).chain(newer).collect();
    }
}

fn noise(period: Duration) -> Duration {
    (period / 5).max(TIMERS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_stall_is_seen_while_it_lasts_and_afterwards() {
        let start = Instant::now();
        let mut window = Window::new(start, None);
        window.tick(start);
        let during = start + millis(1100);
        assert_eq!(window.lost(start, during), millis(1000));
        window.tick(during);
        let after = during + millis(50);
        assert_eq!(window.lost(start, after), millis(1000));
        assert_eq!(window.lost(during, after), Duration::ZERO);
    }

    #[test]
    fn what_of_a_stall_was_over_before_a_run_began_is_no_excuse() {
        let start = Instant::now();
        let mut window = Window::new(start, None);
        window.tick(start);
        let began = start + millis(1000);
        assert_eq!(window.lost(began, start + millis(1100)), millis(100));
        window.tick(start + millis(1100));
        assert_eq!(window.lost(began, start + millis(1150)), millis(100));
    }

    #[test]
    fn the_canary_sings_eight_times_in_the_shortest_time_out() {
        let meter = |timeouts: &[u64]| {
            let timeouts = timeouts.iter().copied().map(millis);
            LagMeter::new(Instant::now(), timeouts).window().period
        };
        assert_eq!(meter(&[1000, 200, 3000]), millis(25));
        assert_eq!(meter(&[100]), millis(100) / 8);
        assert_eq!(meter(&[10]), millis(5));
        assert_eq!(meter(&[60_000]), millis(100));
        assert_eq!(meter(&[]), millis(100));
    }

    #[test]
    fn a_time_out_that_comes_later_makes_it_sing_more_often_and_never_less() {
        let mut window = Window::new(Instant::now(), Some(millis(400)));
        window.also_for(millis(800));
        assert_eq!(window.period, millis(50));
        window.also_for(millis(200));
        assert_eq!((window.period, window.noise), (millis(25), millis(5)));
    }

    /// A runtime that stands still, turns, and so on, each for some microseconds; and the lags that its canary has.
    struct Runtime {
        window: Window,
        now: Instant,
        stalls: Vec<(Instant, Instant)>,
        lags: Vec<(Instant, Instant)>,
    }

    impl Runtime {
        fn new(timeout: Duration) -> Self {
            let now = Instant::now();
            let mut window = Window::new(now, Some(timeout));
            window.tick(now);
            Self {
                window,
                now,
                stalls: Vec::new(),
                lags: Vec::new(),
            }
        }

        fn stall(&mut self, lasts: u64) {
            let end = self.now + Duration::from_micros(lasts);
            self.stalls.push((self.now, end));
            self.now = end;
            self.sing();
        }

        fn turn(&mut self, lasts: u64) {
            let end = self.now + Duration::from_micros(lasts);
            while self.window.expected <= end {
                self.now = self.window.expected;
                self.sing();
            }
            self.now = end;
        }

        fn sing(&mut self) {
            let expected = self.window.expected;
            if self.now >= expected {
                self.lags.push((expected, self.now));
                self.window.tick(self.now);
            }
        }

        /// How much of these lies after `since`.
        fn after(since: Instant, spans: &[(Instant, Instant)]) -> Duration {
            let after =
                |(from, to): &(Instant, Instant)| to.saturating_duration_since(since.max(*from));
            spans.iter().map(after).sum()
        }
    }

    fn turns_and_stalls() -> impl Strategy<Value = Vec<(u64, u64)>> {
        proptest::collection::vec((0..30_000_u64, 0..150_000_u64), 1..60)
    }

    proptest! {
        /// Running sums give what looking at every lag gives; and that is never more than there was.
        #[test]
        fn nothing_is_forgotten_and_nothing_is_made_up(
            timeout in 10..2000_u64,
            parts in turns_and_stalls(),
            since in 0..3_000_000_u64,
        ) {
            let mut runtime = Runtime::new(millis(timeout));
            let start = runtime.now;
            for (turn, stall) in parts {
                runtime.turn(turn);
                runtime.stall(stall);
            }
            let since = start + Duration::from_micros(since);
            let lost = runtime.window.lost(since, runtime.now);
            let noise = runtime.window.noise;
            runtime.lags.retain(|(from, to)| *to - *from > noise);
            prop_assert_eq!(lost, Runtime::after(since, &runtime.lags));
            prop_assert!(lost <= Runtime::after(since, &runtime.stalls));
        }

        /// A stall of half a time-out is always seen to take more than a quarter, whenever it begins.
        #[test]
        fn half_a_time_out_is_never_too_short_to_be_seen(timeout in 40..2000_u64, turn in 0..200_000_u64) {
            let mut runtime = Runtime::new(millis(timeout));
            runtime.turn(turn);
            let began = runtime.now;
            runtime.stall(timeout * 1000 / 2);
            let lost = runtime.window.lost(began, runtime.now);
            prop_assert!(lost > millis(timeout) / 4, "{lost:?}");
        }

        /// However many there were: a run is told the sum, and at most one lag too much.
        #[test]
        fn a_window_that_is_full_still_knows_the_sum(lags in 1..4000_usize, since in 0..4000_usize) {
            let mut runtime = Runtime::new(millis(1000));
            let start = runtime.now;
            for _ in 0..lags {
                runtime.turn(0);
                runtime.stall(200_000);
            }
            prop_assert!(runtime.window.lags.len() <= MOST);
            let all = Runtime::after(start, &runtime.lags);
            prop_assert_eq!(runtime.window.lost(start, runtime.now), all);
            let since = runtime.lags.get(since).map_or(start, |(_, ended)| *ended);
            let lost = runtime.window.lost(since, runtime.now);
            let exact = Runtime::after(since, &runtime.lags);
            prop_assert!(lost >= exact);
            let recent = runtime.lags.len().saturating_sub(MOST / 4);
            if since >= runtime.lags.get(recent).map_or(start, |(_, ended)| *ended) {
                prop_assert_eq!(lost, exact);
            }
        }
    }
}
