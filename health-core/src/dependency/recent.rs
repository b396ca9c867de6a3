use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

/// How the calls of the last ten seconds ended, look by look.
#[derive(Debug, Default)]
pub(crate) struct Recent(VecDeque<Look>);

/// Calls that ended since the look before. Cancelled ones are none of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) completed: u64,
    pub(crate) failed: u64,
}

#[derive(Debug)]
struct Look {
    from: Duration,
    ended: Ended,
}

/// What a window holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) ended: Ended,
    pub(crate) long: Duration,
}

/// A window is no longer than this, and has at least so many calls in it.
const LONGEST: Duration = Duration::from_secs(10);
const ENOUGH: u64 = 20;

impl Recent {
    pub(crate) fn add(&mut self, ended: Ended, from: Duration, now: Duration) {
        self.0.push_back(Look { from, ended });
        while self.0.len() > 1 && self.0.front().is_some_and(|look| old(look, now)) {
            self.0.pop_front();
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The shortest window up to now that has enough in it. The last look counts, however much it looked back on.
    pub(crate) fn window(&self, now: Duration) -> Option<Window> {
        let mut ended = Ended::default();
        for (look, back) in self.0.iter().rev().zip(0..) {
            if back > 0 && old(look, now) {
                return None;
            }
            ended.completed += look.ended.completed;
            ended.failed += look.ended.failed;
            if ended.all() >= ENOUGH {
                let long = now.saturating_sub(look.from);
                return Some(Window { ended, long });
            }
        }
        None
    }
}

fn old(look: &Look, now: Duration) -> bool {
    now.saturating_sub(look.from) > LONGEST
}

impl Ended {
    pub(crate) fn all(self) -> u64 {
        self.completed + self.failed
    }
}

/// Figures, and nothing of what was called: a reason may be read by others.
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (failed, all) = (self.ended.failed, self.ended.all());
        let seconds = self.long.as_secs_f64().round().max(1.0);
        write!(f, "{failed} of {all} calls failed within {seconds} s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// A look each second, so many that completed and failed in each.
    fn after(looks: &[(u64, u64)]) -> Option<String> {
        let mut recent = Recent::default();
        for (&(completed, failed), at) in looks.iter().zip(0..) {
            let ended = Ended { completed, failed };
            recent.add(ended, seconds(at), seconds(at + 1));
        }
        let window = recent.window(seconds(looks.len() as u64));
        window.map(|window| window.to_string())
    }

    #[test]
    fn a_window_is_as_short_as_it_can_be() {
        for (looks, expected) in [
            (
                &[(100, 0), (15, 5)][..],
                Some("5 of 20 calls failed within 1 s"),
            ),
            (
                &[(100, 0), (1, 1), (8, 10)],
                Some("11 of 20 calls failed within 2 s"),
            ),
            (&[(1, 1); 30], Some("10 of 20 calls failed within 10 s")),
            (&[(1, 0); 30], None),
            (&[(19, 0)], None),
            (&[], None),
        ] {
            assert_eq!(after(looks).as_deref(), expected, "{looks:?}");
        }
    }

    #[test]
    fn a_look_that_came_late_counts_all_the_same() {
        let mut recent = Recent::default();
        let ended = Ended {
            completed: 0,
            failed: 20,
        };
        recent.add(ended, seconds(0), seconds(60));
        let window = recent.window(seconds(60)).map(|window| window.to_string());
        assert_eq!(window.as_deref(), Some("20 of 20 calls failed within 60 s"));
        let few = Ended {
            completed: 1,
            failed: 0,
        };
        recent.add(few, seconds(60), seconds(61));
        assert_eq!(recent.window(seconds(61)), None, "and not for longer");
    }
}
