use std::time::Duration;

use tokio::time::Instant;

use crate::heartbeat::HeartbeatState;

/// What is told how often: a change that comes again and again is no news, and a log that is full of it hides the rest.
///
/// 1. The same change is told [`MOST`] times within a minute, the last of them with the word that more will not be.
/// 2. After that it is not told until it has not happened for a minute. Others are: where one that flaps is fenced, that is told.
/// 3. When nothing at all has changed for a minute, it is told where it stands, and how often it was not told.
/// 4. That it has left is always told: it is the last.
///
/// Pure: time is handed in. Reports and metrics show every change.
#[derive(Debug, Default)]
pub(crate) struct Telling {
    /// Each of the few changes that there are.
    changes: Vec<Repeated>,
    /// Not told, since it was last told where it stands.
    kept: u64,
    last: Option<Instant>,
}

#[derive(Debug)]
struct Repeated {
    from: HeartbeatState,
    to: HeartbeatState,
    /// The last that were told; at the front the oldest.
    told: [Option<Instant>; MOST],
    last: Instant,
    hushed: bool,
}

/// What to do with a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tell {
    Now,
    /// And say that it is for the last time.
    Last,
    Not,
}

const MOST: usize = 3;
const STABLE: Duration = Duration::from_secs(60);

impl Telling {
    /// It has changed, or has something to say where both states are the same.
    pub(crate) fn changed(
        &mut self,
        now: Instant,
        from: HeartbeatState,
        to: HeartbeatState,
    ) -> Tell {
        self.last = Some(now);
        if to == HeartbeatState::Left {
            self.kept = 0;
            return Tell::Now;
        }
        let known = self
            .changes
            .iter_mut()
            .find(|change| (change.from, change.to) == (from, to));
        let Some(known) = known else {
            self.changes.push(Repeated::first(now, from, to));
            return Tell::Now;
        };
        let tell = known.again(now);
        if tell == Tell::Not {
            self.kept += 1;
        }
        tell
    }

    /// How many were not told, once nothing has changed for a minute.
    pub(crate) fn settled(&mut self, now: Instant) -> Option<u64> {
        let stable = self
            .last
            .is_some_and(|last| now.duration_since(last) >= STABLE);
        (stable && self.kept > 0).then(|| std::mem::take(&mut self.kept))
    }
}

impl Repeated {
    fn first(now: Instant, from: HeartbeatState, to: HeartbeatState) -> Self {
        let mut told = [None; MOST];
        told[MOST - 1] = Some(now);
        Self {
            from,
            to,
            told,
            last: now,
            hushed: false,
        }
    }

    fn again(&mut self, now: Instant) -> Tell {
        let quiet = now.duration_since(self.last) >= STABLE;
        self.last = now;
        if self.hushed && !quiet {
            return Tell::Not;
        }
        self.told.rotate_left(1);
        self.told[MOST - 1] = Some(now);
        let oldest = self.told[0];
        self.hushed = oldest.is_some_and(|oldest| now.duration_since(oldest) < STABLE);
        if self.hushed { Tell::Last } else { Tell::Now }
    }
}

#[cfg(test)]
mod tests {
    use HeartbeatState::{Fenced, Joining, Left, Member, Withheld};
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn what_flaps_is_told_three_times_and_where_it_stands_once_it_is_stable() {
        let (mut telling, mut now) = (Telling::default(), Instant::now());
        let mut told = Vec::new();
        for _ in 0..100 {
            for (from, to) in [(Member, Withheld), (Withheld, Member)] {
                now += SECOND;
                told.push(telling.changed(now, from, to));
                assert_eq!(telling.settled(now), None);
            }
        }
        let first = [
            Tell::Now,
            Tell::Now,
            Tell::Now,
            Tell::Now,
            Tell::Last,
            Tell::Last,
        ];
        assert_eq!(told[..6], first);
        assert!(told[6..].iter().all(|told| *told == Tell::Not));
        assert_eq!(
            telling.changed(now, Member, Fenced),
            Tell::Now,
            "something else"
        );
        assert_eq!(telling.settled(now + 59 * SECOND), None);
        assert_eq!(telling.settled(now + 60 * SECOND), Some(194));
        assert_eq!(telling.settled(now + 61 * SECOND), None, "once");
        assert_eq!(
            telling.changed(now + 62 * SECOND, Member, Withheld),
            Tell::Now
        );
    }

    #[test]
    fn what_is_seldom_is_always_told_and_so_is_the_end() {
        let (mut telling, mut now) = (Telling::default(), Instant::now());
        for _ in 0..100 {
            assert_eq!(telling.changed(now, Joining, Member), Tell::Now);
            now += 31 * SECOND;
        }
        for _ in 0..10 {
            telling.changed(now, Member, Fenced);
        }
        assert_eq!(telling.changed(now, Fenced, Left), Tell::Now);
        assert_eq!(
            telling.settled(now + 60 * SECOND),
            None,
            "nothing comes after it"
        );
    }

    proptest! {
        /// Whenever they come: of one change, no more than three within a minute; and every one that was not told is counted.
        #[test]
        fn nothing_spams_and_nothing_is_lost(gaps in proptest::collection::vec(0..90_u64, 1..200)) {
            let (mut telling, mut now) = (Telling::default(), Instant::now());
            let (mut told, mut kept, mut counted) = (Vec::new(), 0, 0);
            for gap in gaps {
                counted += telling.settled(now + Duration::from_secs(gap)).unwrap_or_default();
                now += Duration::from_secs(gap);
                match telling.changed(now, Fenced, Joining) {
                    Tell::Not => kept += 1,
                    Tell::Now | Tell::Last => told.push(now),
                }
            }
            counted += telling.settled(now + STABLE).unwrap_or_default();
            prop_assert_eq!(kept, counted);
            for four in told.windows(MOST + 1) {
                prop_assert!(four[MOST] - four[0] >= STABLE);
            }
        }
    }
}
