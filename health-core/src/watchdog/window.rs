use std::collections::VecDeque;
use std::time::Duration;

/// A minute of samples, ten a second.
const MOST: usize = 600;

/// How late a runtime turned, over the last 600 signs of life: a minute, as long as it turns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoopLag {
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    pub(crate) max: Duration,
}

impl LoopLag {
    /// Half of all turns were not later than this.
    #[must_use]
    pub fn p50(&self) -> Duration {
        self.p50
    }

    /// All but one in a hundred turns were not later than this.
    #[must_use]
    pub fn p99(&self) -> Duration {
        self.p99
    }

    /// None was later than this.
    #[must_use]
    pub fn max(&self) -> Duration {
        self.max
    }
}

/// The lags of the last minute.
#[derive(Debug, Default)]
pub(crate) struct Window(VecDeque<Duration>);

impl Window {
    pub(crate) fn add(&mut self, lag: Duration) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back(lag);
    }

    /// `now` is how late the turn is that has not come yet.
    pub(crate) fn lag(&self, now: Duration) -> LoopLag {
        let mut sorted: Vec<_> = self.0.iter().copied().chain([now]).collect();
        sorted.sort_unstable();
        let at = |percent: usize| sorted[(sorted.len() * percent).div_ceil(100).max(1) - 1];
        LoopLag {
            p50: at(50),
            p99: at(99),
            max: at(100),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_the_last_minute() {
        let mut window = Window::default();
        for _ in 0..10 {
            window.add(Duration::from_secs(9));
        }
        for millis in 1..=599 {
            window.add(Duration::from_millis(millis));
        }
        let lag = window.lag(Duration::ZERO);
        assert_eq!(lag.max(), Duration::from_secs(9), "one of ten is left");
        assert_eq!(lag.p50(), Duration::from_millis(300));
        assert_eq!(lag.p99(), Duration::from_millis(594));
        assert_eq!(Window::default().lag(Duration::ZERO), LoopLag::default());
    }
}
