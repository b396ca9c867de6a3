use std::collections::VecDeque;
use std::time::Duration;

/// So many round trips are remembered: two minutes of beats.
const MOST: usize = 128;

/// Until when this side may act as a member. Pure: all times are handed in, and are of a clock that counts suspension.
///
/// 1. Until `sent + granted − max(granted / 10, p99 rtt)`: from when the beat was *sent*, since the other side counts from when it came,
///    which is later. The margin is for clocks that run at different speeds, and for whoever acts on the answer.
/// 2. It falls once. An ack that comes at that moment or later is too late, whatever it grants.
/// 3. An ack to a beat that was sent before another that was acked changes nothing.
/// 4. The last grant counts, even if the one before would have lasted longer: the other side counts so, too.
/// 5. To join takes several round trips, and is none: how long it took is in `sent`, and widens no margin.
#[derive(Debug)]
pub(crate) struct Fence {
    sent: Duration,
    until: Duration,
    fallen: bool,
    trips: VecDeque<Duration>,
}

impl Fence {
    /// A request to join that was sent then has been granted now. Gives until when it holds; `None` if nothing of it is left.
    pub(crate) fn joined(
        sent: Duration,
        now: Duration,
        granted: Duration,
    ) -> Option<(Self, Duration)> {
        let mut fence = Self {
            sent,
            until: sent,
            fallen: false,
            trips: VecDeque::new(),
        };
        let until = fence.lease(sent, granted);
        fence.holds(now).then_some((fence, until))
    }

    /// A beat that was sent then has been acked now. Gives until when it holds; `None` if it comes too late.
    pub(crate) fn ack(
        &mut self,
        sent: Duration,
        now: Duration,
        granted: Duration,
    ) -> Option<Duration> {
        if !self.holds(now) {
            return None;
        }
        if sent < self.sent {
            return Some(self.until);
        }
        if self.trips.len() == MOST {
            self.trips.pop_front();
        }
        self.trips.push_back(now.saturating_sub(sent));
        let until = self.lease(sent, granted);
        self.holds(now).then_some(until)
    }

    /// Whether it stands now. Once it does not, it never will.
    pub(crate) fn holds(&mut self, now: Duration) -> bool {
        self.fallen |= now >= self.until;
        !self.fallen
    }

    /// All but one in a hundred round trips were not longer than this; of fewer than a hundred, none.
    pub(crate) fn slowest(&self) -> Duration {
        let mut sorted: Vec<_> = self.trips.iter().copied().collect();
        sorted.sort_unstable();
        let at = (sorted.len() * 99).div_ceil(100);
        at.checked_sub(1).map_or(Duration::ZERO, |at| sorted[at])
    }

    fn lease(&mut self, sent: Duration, granted: Duration) -> Duration {
        let margin = (granted / 10).max(self.slowest());
        self.sent = sent;
        self.until = sent.saturating_add(granted.saturating_sub(margin));
        self.until
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn joined(sent: u64, now: u64, granted: u64) -> Fence {
        Fence::joined(at(sent), at(now), at(granted)).unwrap().0
    }

    #[test]
    fn it_falls_from_when_the_beat_was_sent_and_a_margin_early() {
        let (mut fence, until) = Fence::joined(at(1000), at(4000), at(10_000)).unwrap();
        assert_eq!(until, at(10_000), "to join is no round trip");
        assert!(fence.holds(at(9999)) && !fence.holds(at(10_000)));
        assert!(!fence.holds(at(5000)), "it falls once");
        // A slow way is a wider margin.
        let mut fence = joined(0, 1, 10_000);
        assert_eq!(fence.ack(at(0), at(3000), at(10_000)), Some(at(7000)));
        assert_eq!(fence.ack(at(4000), at(4001), at(10_000)), Some(at(11_000)));
    }

    #[test]
    fn what_is_late_old_or_nothing_is_worth_nothing() {
        let mut fence = joined(0, 1, 10_000);
        assert_eq!(fence.ack(at(8000), at(9000), at(10_000)), None, "too late");
        assert_eq!(fence.ack(at(9500), at(9501), at(10_000)), None, "for good");

        let mut fence = joined(2000, 2001, 10_000);
        let reordered = fence.ack(at(1000), at(2100), at(60_000));
        assert_eq!(reordered, Some(at(11_000)), "an older beat adds nothing");

        let mut fence = joined(0, 1, 10_000);
        assert_eq!(fence.ack(at(1000), at(1001), at(3000)), Some(at(3700)));
        assert_eq!(fence.ack(at(2000), at(2001), at(0)), None, "no grant");
        assert!(Fence::joined(at(0), at(720), at(800)).is_none());
        assert!(Fence::joined(at(0), at(0), at(0)).is_none());
    }

    fn acks() -> impl Strategy<Value = Vec<(u64, u64, u64)>> {
        let granted = prop_oneof![Just(0), 100..20_000_u64, Just(u64::MAX)];
        proptest::collection::vec((0..4000_u64, 0..2500_u64, granted), 1..60)
    }

    proptest! {
        /// Against what the other side does: it counts each grant from when the beat came, at the earliest when it was sent.
        #[test]
        fn it_never_stands_when_the_lease_may_have_ended(acks in acks()) {
            let mut fence = joined(1000, 1001, 10_000);
            let (mut now, mut ends, mut fallen) = (at(1001), at(11_000), false);
            for (pause, trip, granted) in acks {
                let sent = now + at(pause);
                let stands = fence.holds(sent);
                prop_assert!(!stands || sent < ends);
                fallen |= !stands;
                now = sent + at(trip);
                let acked = fence.ack(sent, now, at(granted));
                prop_assert!(acked.is_none() || !fallen, "revived");
                prop_assert_eq!(acked.is_some(), fence.holds(now));
                fallen |= acked.is_none();
                ends = sent.saturating_add(at(granted));
                if let Some(until) = acked {
                    let early = sent.saturating_add(at(granted)).saturating_sub(until);
                    prop_assert!(early >= at(granted) / 10 && early >= fence.slowest());
                }
            }
        }
    }
}
