use std::time::{Duration, Instant};

use crate::watchdog::{Clock, Moment};

/// What the watchdog knows of the application's runtimes: the worst of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sign {
    /// How late it was with its turn when the watchdog looked.
    pub(crate) late: Duration,
    /// For how long nothing in it had moved by then.
    pub(crate) still: Duration,
    /// How long ago that was.
    pub(crate) ago: Duration,
}

/// Whether a beat is earned now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Earned {
    Yes,
    /// Not now: the evidence is so old.
    Not(Duration),
    /// Nothing has moved for so long that others may take over.
    Stalled(Duration),
}

/// Decides whether a beat is earned. Pure: it is told what is seen, and when.
///
/// 1. A beat is earned by a turn of *every* watched runtime that is younger than `withhold_after`; the time since the watchdog looked is
///    part of its age.
/// 2. Stalled is where *nothing* has moved for `revoke_after`. A runtime that works through a long queue is late: its beats are
///    withheld, and it is not given up before its lease ends.
/// 3. Where the watchdog itself says nothing, that is no evidence either, after the same times.
/// 4. Time in which the process was stopped withholds a beat, until somebody has looked; it never makes anything stalled.
#[derive(Debug)]
pub(crate) struct Gate {
    clock: Clock,
    /// When there was last a sign that was not too old.
    seen: Moment,
    withhold_after: Duration,
    revoke_after: Duration,
}

impl Gate {
    pub(crate) fn new(now: Instant, withhold_after: Duration, revoke_after: Duration) -> Self {
        Self {
            clock: Clock::new(now),
            seen: Moment::default(),
            withhold_after,
            revoke_after,
        }
    }

    /// To be asked ten times a second: of a longer pause, a fifth of a second counts.
    pub(crate) fn look(&mut self, now: Instant, sign: Option<Sign>) -> Earned {
        let now = self.clock.tick(now);
        let recent = sign.filter(|sign| sign.ago < self.withhold_after);
        if recent.is_some() {
            self.seen = now;
        }
        let unseen = now - self.seen;
        let still = recent.map_or(unseen, |sign| sign.still);
        if still >= self.revoke_after {
            return Earned::Stalled(still);
        }
        let age = sign.map_or(unseen, |sign| sign.late.saturating_add(sign.ago));
        if recent.is_some() && age < self.withhold_after {
            Earned::Yes
        } else {
            Earned::Not(age)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const TICK: Duration = Duration::from_millis(100);

    fn gate(now: Instant) -> Gate {
        Gate::new(now, SECOND, 5 * SECOND)
    }

    const fn sign(late: u64, still: u64, ago: u64) -> Option<Sign> {
        Some(Sign {
            late: Duration::from_millis(late),
            still: Duration::from_millis(still),
            ago: Duration::from_millis(ago),
        })
    }

    #[test]
    fn each_rung_begins_where_it_says() {
        let now = Instant::now();
        for (seen, earned) in [
            (sign(0, 0, 0), Earned::Yes),
            (sign(999, 999, 0), Earned::Yes),
            (sign(900, 0, 99), Earned::Yes),
            (sign(900, 0, 100), Earned::Not(SECOND)),
            (sign(1000, 1000, 0), Earned::Not(SECOND)),
            (
                sign(4999, 4999, 0),
                Earned::Not(Duration::from_millis(4999)),
            ),
            (sign(5000, 5000, 0), Earned::Stalled(5 * SECOND)),
            // It works through a long queue.
            (sign(60_000, 0, 0), Earned::Not(60 * SECOND)),
            // The process was stopped, or the watchdog has not looked for another reason.
            (sign(0, 0, 60_000), Earned::Not(60 * SECOND)),
            (sign(5000, 5000, 1000), Earned::Not(6 * SECOND)),
            (None, Earned::Not(Duration::ZERO)),
        ] {
            assert_eq!(gate(now).look(now, seen), earned, "{seen:?}");
        }
    }

    #[test]
    fn who_hears_nothing_of_the_watchdog_takes_it_as_no_evidence() {
        let mut now = Instant::now();
        let mut gate = gate(now);
        assert_eq!(gate.look(now, sign(0, 0, 0)), Earned::Yes);
        for _ in 1..50 {
            now += TICK;
            assert!(matches!(gate.look(now, None), Earned::Not(_)));
        }
        now += TICK;
        assert_eq!(gate.look(now, None), Earned::Stalled(5 * SECOND));
        now += TICK;
        assert_eq!(gate.look(now, sign(0, 0, 0)), Earned::Yes);
    }

    fn looks() -> impl Strategy<Value = Vec<(Duration, Option<Sign>)>> {
        let millis = || prop_oneof![0..300_u64, 0..20_000_u64].prop_map(Duration::from_millis);
        let sign = (millis(), millis(), millis()).prop_map(|(late, still, ago)| {
            // A runtime in which nothing has moved has not turned either.
            let still = still.min(late);
            Sign { late, still, ago }
        });
        proptest::collection::vec((millis(), proptest::option::of(sign)), 1..80)
    }

    proptest! {
        /// Whatever is seen: nothing is earned without evidence, and a stop of the process never stalls anything.
        #[test]
        fn no_beat_without_evidence_and_no_accusation_for_a_pause(looks in looks()) {
            let mut now = Instant::now();
            let mut gate = gate(now);
            let mut watched = Duration::ZERO;
            for (passed, sign) in looks {
                now += passed;
                watched += if passed > SECOND { Duration::ZERO } else { passed.min(2 * TICK) };
                let recent = sign.filter(|sign| sign.ago < SECOND);
                match gate.look(now, sign) {
                    Earned::Yes => {
                        let sign = recent.expect("evidence");
                        prop_assert!(sign.late + sign.ago < SECOND);
                    }
                    Earned::Not(_) => {
                        prop_assert!(recent.is_none_or(|sign| sign.late + sign.ago >= SECOND));
                    }
                    Earned::Stalled(_) => match recent {
                        Some(sign) => prop_assert!(sign.still >= 5 * SECOND),
                        None => prop_assert!(watched >= 5 * SECOND),
                    },
                }
                if recent.is_some() {
                    watched = Duration::ZERO;
                }
            }
        }
    }
}
