use std::collections::VecDeque;
use std::time::Duration;

use crate::traffic::{Second, Taken};

/// What is usual here, as far as it is known: the share that fails, and how long responses take.
///
/// It is learned from seconds in which nothing was odd, and older ones count less and less. What lasts for half an hour is usual.
#[derive(Debug, Default)]
pub(crate) struct Usual {
    took: Taken,
    completed: u64,
    failed: u64,
    /// Of the first seconds.
    cold: u64,
    recent: VecDeque<Recent>,
    /// Seconds that either was learned from.
    seconds_of_times: u64,
    seconds_of_failures: u64,
    /// Seconds in a row that were too slow to learn from.
    slow_for: u64,
}

/// A second that is not learned from yet, or never will be.
#[derive(Debug)]
struct Recent {
    ended: Option<(u64, u64)>,
    took: Option<Taken>,
}

/// Seconds.
const HALF_LIFE: u64 = 300;
const UNTIL_USUAL: u64 = 30 * 60;
/// The first seconds with requests in them teach nothing: caches are empty then, and no connection is open.
const COLD: u64 = 5;
/// So many seconds are held back: as long as it takes to see that something is odd, or it would be usual by then.
const UNTIL_LEARNED: usize = 10;
/// Before so much is known, nothing is usual.
const LEAST_SECONDS: u64 = 5;
const LEAST_TIMES: u64 = 100;
const LEAST_REQUESTS: u64 = 500;
/// However much usually fails: were it more, five times of it would be all.
const MOST_FAILS: f64 = 0.1;

/// What of a second is not to be learned from.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Odd {
    pub(crate) failing: bool,
    pub(crate) slow: bool,
}

impl Usual {
    pub(crate) fn learn(&mut self, second: &Second, odd: Odd) {
        if second.completed + second.failed == 0 && second.took.count() == 0 {
            return;
        }
        if self.cold < COLD {
            self.cold += 1;
            return;
        }
        self.slow_for = if odd.slow { self.slow_for + 1 } else { 0 };
        if self.slow_for >= UNTIL_USUAL {
            (self.took, self.slow_for, self.seconds_of_times) = (Taken::default(), 0, 0);
        }
        self.recent.push_back(Recent {
            ended: Some((second.completed, second.failed)),
            took: Some(second.took.clone()),
        });
        // What is odd now was so before anybody could tell.
        for recent in &mut self.recent {
            recent.ended.take_if(|_| odd.failing);
            recent.took.take_if(|_| odd.slow);
        }
        if self.recent.len() > UNTIL_LEARNED
            && let Some(recent) = self.recent.pop_front()
        {
            self.absorb(recent);
        }
    }

    fn absorb(&mut self, recent: Recent) {
        if let Some(took) = recent.took {
            self.took.add(&took);
            self.seconds_of_times += 1;
            if self.seconds_of_times.is_multiple_of(HALF_LIFE) {
                self.took.halve();
            }
        }
        if let Some((completed, failed)) = recent.ended {
            self.completed += completed;
            self.failed += failed;
            self.seconds_of_failures += 1;
            if self.seconds_of_failures.is_multiple_of(HALF_LIFE) {
                self.completed /= 2;
                self.failed /= 2;
            }
        }
    }

    /// The share that fails; none, before anything is known.
    pub(crate) fn fails(&self) -> f64 {
        let all = self.completed + self.failed;
        if all < LEAST_REQUESTS {
            return 0.0;
        }
        (self.failed as f64 / all as f64).min(MOST_FAILS)
    }

    pub(crate) fn p95(&self) -> Option<Duration> {
        self.quantile(0.95)
    }

    pub(crate) fn p99(&self) -> Option<Duration> {
        self.quantile(0.99)
    }

    fn quantile(&self, share: f64) -> Option<Duration> {
        let known = self.seconds_of_times >= LEAST_SECONDS && self.took.count() >= LEAST_TIMES;
        known.then(|| self.took.quantile(share)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    fn second(completed: u64, failed: u64, took: Duration) -> Second {
        Second {
            completed,
            failed,
            took: Taken::of(std::iter::repeat_n(took, 100)),
            ..Second::default()
        }
    }

    fn learned(seconds: u64, second: &Second, odd: Odd) -> Usual {
        let mut usual = Usual::default();
        let cold = self::second(0, 1000, 1000 * MILLI);
        (0..COLD).for_each(|_| usual.learn(&cold, Odd::default()));
        let held_back = UNTIL_LEARNED as u64;
        (0..seconds + held_back).for_each(|_| usual.learn(second, odd));
        usual
    }

    fn about(found: Option<Duration>, expected: Duration) -> bool {
        found.is_some_and(|found| found >= expected && found < expected * 11 / 10)
    }

    #[test]
    fn nothing_is_usual_before_something_is_known() {
        let calm = second(49, 1, 10 * MILLI);
        let usual = learned(4, &calm, Odd::default());
        assert_eq!((usual.fails(), usual.p95()), (0.0, None));
        let mut usual = learned(10, &calm, Odd::default());
        assert!((usual.fails() - 0.02).abs() < 1e-9);
        assert!(about(usual.p95(), 10 * MILLI) && about(usual.p99(), 10 * MILLI));
        // Idle seconds teach nothing.
        (0..1000).for_each(|_| usual.learn(&Second::default(), Odd::default()));
        assert!((usual.fails() - 0.02).abs() < 1e-9);
    }

    #[test]
    fn what_is_odd_is_not_learned_until_it_has_lasted() {
        let mut usual = learned(60, &second(100, 0, 10 * MILLI), Odd::default());
        let odd = Odd {
            failing: true,
            slow: true,
        };
        let bad = second(50, 50, 1000 * MILLI);
        (1..UNTIL_USUAL).for_each(|_| usual.learn(&bad, odd));
        assert_eq!(usual.fails(), 0.0);
        assert!(about(usual.p95(), 10 * MILLI));
        usual.learn(&bad, odd);
        assert_eq!(usual.p95(), None, "it begins anew");
        let fast = Odd { slow: false, ..odd };
        (0..20).for_each(|_| usual.learn(&bad, fast));
        assert!(about(usual.p95(), 1000 * MILLI));
    }

    /// It takes a while to see that something is odd; meanwhile nothing of it becomes usual.
    #[test]
    fn what_turns_out_to_be_odd_was_never_usual() {
        let calm = second(20, 0, 10 * MILLI);
        let bad = second(16, 4, 1000 * MILLI);
        let odd = Odd {
            failing: true,
            slow: true,
        };
        let mut usual = learned(20, &calm, Odd::default());
        for _ in 0..20 {
            (1..UNTIL_LEARNED).for_each(|_| usual.learn(&bad, Odd::default()));
            usual.learn(&bad, odd);
        }
        (0..100).for_each(|_| usual.learn(&calm, Odd::default()));
        assert_eq!(usual.fails(), 0.0);
        assert!(about(usual.p99(), 10 * MILLI));
    }

    #[test]
    fn older_seconds_count_less_and_less_and_never_is_all_failure_usual() {
        let mut usual = learned(HALF_LIFE, &second(100, 0, 10 * MILLI), Odd::default());
        (0..2 * HALF_LIFE).for_each(|_| usual.learn(&second(92, 8, 20 * MILLI), Odd::default()));
        assert!(
            usual.fails() > 0.065 && usual.fails() < 0.08,
            "{}",
            usual.fails()
        );
        assert!(about(usual.p95(), 20 * MILLI));
        (0..20 * HALF_LIFE).for_each(|_| usual.learn(&second(50, 50, MILLI), Odd::default()));
        assert_eq!(usual.fails(), MOST_FAILS);
    }
}
