use std::time::Duration;

use crate::traffic::Second;

/// Whether requests that come are answered at all. A deadlock gives no failures to count.
///
/// 1. Only what waits for the head of its response counts: a stream that lasts all day has been answered.
/// 2. One request may be slow, and so may three that come together. Where nothing completes, they have to keep coming: in three seconds
///    or more since the last answer.
/// 3. Clients that give up and come again are tries as well, but nobody's progress. What is shed was not tried; it shows that they come.
/// 4. An idle second ends it: there is nothing to be answered.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    since: Option<Duration>,
    tries: u64,
    /// Seconds in which some came.
    came: u64,
    bodies: u64,
}

/// Nothing completes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standstill {
    pub(crate) so_long: Duration,
    pub(crate) tries: u64,
    pub(crate) came: u64,
}

const LEAST_TRIES: u64 = 3;
const LEAST_SECONDS: u64 = 3;

impl Progress {
    pub(crate) fn look(&mut self, second: &Second, now: Duration) -> Option<Standstill> {
        let Second {
            entered,
            completed,
            failed,
            cancelled,
            shed,
            in_flight,
            unanswered,
            ..
        } = *second;
        let bodies = in_flight.saturating_sub(unanswered);
        let answered = completed + failed > 0 || bodies > self.bodies;
        self.bodies = bodies;
        if unanswered + entered + cancelled == 0 {
            self.since = None;
            return None;
        }
        if answered || self.since.is_none() {
            self.since = Some(now);
            self.tries = unanswered + if answered { 0 } else { cancelled };
            self.came = u64::from(!answered && entered > 0);
        } else {
            self.tries += entered.saturating_sub(shed);
            self.came += u64::from(entered > 0);
        }
        let so_long = now.saturating_sub(self.since?);
        let (tries, came) = (self.tries, self.came);
        let stands = tries >= LEAST_TRIES && came >= LEAST_SECONDS;
        stands.then_some(Standstill {
            so_long,
            tries,
            came,
        })
    }

    /// Forgets what was: there was nobody to answer.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// What each second brings: entered, completed, cancelled, in flight, unanswered. Gives for how long it stands still at the end.
    fn after(seconds: &[[u64; 5]]) -> Option<(u64, u64)> {
        let mut progress = Progress::default();
        let mut last = None;
        for (at, [entered, completed, cancelled, in_flight, unanswered]) in
            seconds.iter().copied().enumerate()
        {
            let second = Second {
                entered,
                completed,
                cancelled,
                in_flight,
                unanswered,
                ..Second::default()
            };
            last = progress.look(&second, at as u32 * SECOND);
        }
        last.map(|still| (still.so_long.as_secs(), still.tries))
    }

    #[test]
    fn nothing_that_completes_is_a_standstill() {
        assert_eq!(
            after(&[
                [10, 10, 0, 0, 0],
                [3, 0, 0, 3, 3],
                [3, 0, 0, 6, 6],
                [3, 0, 0, 9, 9]
            ]),
            Some((3, 9))
        );
        assert_eq!(
            after(&[[3, 0, 0, 3, 3], [3, 0, 0, 6, 6], [3, 1, 0, 8, 8]]),
            None,
            "one completes"
        );
    }

    #[test]
    fn one_slow_request_is_none() {
        let waits = |many| [[0, 0, 0, many, many]; 100];
        assert_eq!(after(&[&[[1, 0, 0, 1, 1]][..], &waits(1)].concat()), None);
        // Nor are three that come together, after a quiet while.
        assert_eq!(after(&[&[[3, 0, 0, 3, 3]][..], &waits(3)].concat()), None);
    }

    #[test]
    fn clients_that_give_up_are_no_progress() {
        // One comes each second, and leaves after half of it.
        assert_eq!(after(&[[1, 0, 1, 0, 0]; 6]), Some((5, 6)));
    }

    #[test]
    fn streams_and_an_idle_service_are_none() {
        assert_eq!(
            after(&[[100, 0, 0, 100, 0], [0, 0, 0, 100, 0], [0, 0, 0, 100, 0]]),
            None
        );
        let opens = [[1, 0, 0, 101, 3], [1, 0, 0, 102, 3], [1, 0, 0, 103, 3]];
        assert_eq!(after(&opens), None, "new streams are answered");
        assert_eq!(
            after(&[[3, 0, 0, 3, 3], [0, 0, 3, 0, 0], [0; 5], [0; 5], [0; 5]]),
            None
        );
    }
}
