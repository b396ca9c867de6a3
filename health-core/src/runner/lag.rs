use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// How often the canary sings. A stall is seen up to this much shorter than it was.
const TICK: Duration = Duration::from_millis(100);
/// What every busy machine has now and then.
const NOISE: Duration = Duration::from_millis(20);
/// Only lags of which each is shorter than the one before are kept; there are never many.
const MOST: usize = 1024;

/// How late a runtime turns: measured by a task on it that wants to be woken at fixed times.
///
/// A check that fails while its runtime stands still, or while the whole process is stopped, says nothing about what it looks
/// at. It would otherwise take every replica out at once, one busy second being enough.
#[derive(Debug)]
pub(crate) struct LagMeter(Mutex<Window>);

impl LagMeter {
    pub(crate) fn new(now: Instant) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Window::new(now))))
    }

    /// The canary. Goes on until it is aborted.
    pub(crate) async fn watch(self: Arc<Self>) {
        loop {
            let expected = self.window().tick(Instant::now());
            sleep_until(expected).await;
        }
    }

    /// The longest lag that ended after `since`, or has not ended by `now`.
    pub(crate) fn worst(&self, since: Instant, now: Instant) -> Duration {
        self.window().worst(since, now)
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The lags of late, as a sliding maximum: one that is followed by a longer one will never be asked for again.
#[derive(Debug)]
struct Window {
    expected: Instant,
    lags: VecDeque<(Instant, Duration)>,
}

impl Window {
    fn new(now: Instant) -> Self {
        Self {
            expected: now,
            lags: VecDeque::new(),
        }
    }

    /// The canary was woken. Gives when it wants to be woken next.
    fn tick(&mut self, now: Instant) -> Instant {
        let lag = now.saturating_duration_since(self.expected);
        if lag > NOISE {
            while self.lags.back().is_some_and(|(_, last)| *last <= lag) {
                self.lags.pop_back();
            }
            if self.lags.len() == MOST {
                self.lags.pop_front();
            }
            self.lags.push_back((now, lag));
        }
        self.expected = now + TICK;
        self.expected
    }

    fn worst(&self, since: Instant, now: Instant) -> Duration {
        let still = now.saturating_duration_since(self.expected);
        let ended = self.lags.iter().find(|(at, _)| *at >= since);
        ended.map_or(still, |(_, lag)| still.max(*lag))
    }
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
        let mut window = Window::new(start);
        window.tick(start);
        let during = start + millis(1100);
        assert_eq!(window.worst(start, during), millis(1000));
        window.tick(during);
        assert_eq!(window.worst(start, during + millis(50)), millis(1000));
        assert_eq!(
            window.worst(during + millis(1), during + millis(50)),
            Duration::ZERO
        );
    }

    proptest! {
        /// The sliding maximum gives what looking at every lag gives.
        #[test]
        fn nothing_that_matters_is_forgotten(
            lags in proptest::collection::vec(0_u64..2000, 1..50),
            since in 0_usize..50,
        ) {
            let start = Instant::now();
            let mut window = Window::new(start);
            let mut now = window.tick(start);
            let mut all = Vec::new();
            for lag in lags {
                now += millis(lag);
                all.push((now, millis(lag)));
                now = window.tick(now);
            }
            let since = all.get(since).map_or(start, |(at, _)| *at);
            let noticed = all.iter().filter(|(at, lag)| *at >= since && *lag > NOISE);
            let expected = noticed.map(|(_, lag)| *lag).max().unwrap_or_default();
            prop_assert_eq!(window.worst(since, now), expected);
        }
    }
}
