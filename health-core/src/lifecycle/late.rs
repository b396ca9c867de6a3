use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::Instant;

use crate::lifecycle::Latch;
use crate::traffic::{Connections, InFlight};

/// How long after the deadline to act instead of who should: a busy runtime comes to it within that, and the policy warns of less than
/// a second between the deadline and the kill.
const MARGIN: Duration = Duration::from_millis(500);

/// Gives a drain up where nobody comes to it, as all workers of the runtime block: flags are raised, and the log says what is left
/// before the process is killed.
///
/// 1. It is looked at on a thread that surely runs, and told the time as that was there to see it: where the process was stopped until
///    after its deadline, whoever should act has time to.
/// 2. Who gives up first notes what is left; the other changes nothing.
#[derive(Debug)]
pub(crate) struct Late {
    latch: Weak<Latch>,
    in_flight: InFlight,
    connections: Connections,
    /// When it was first seen to be overdue.
    since: Option<Duration>,
}

impl Late {
    pub(crate) fn new(latch: &Arc<Latch>, in_flight: InFlight, connections: Connections) -> Self {
        Self {
            latch: Arc::downgrade(latch),
            in_flight,
            connections,
            since: None,
        }
    }

    /// `true` if it gives up now; `seen` is how long somebody has looked.
    pub(crate) fn look(&mut self, seen: Duration) -> bool {
        let latch = self.latch.upgrade();
        let Some(latch) = latch.filter(|latch| latch.is_overdue(Instant::now())) else {
            return false;
        };
        let since = *self.since.get_or_insert(seen);
        seen.saturating_sub(since) >= MARGIN
            && latch.give_up_late(self.in_flight, &self.connections)
    }
}

#[cfg(all(test, not(health_loom)))]
mod tests {
    use super::*;
    use crate::lifecycle::{DrainPolicy, Phase, Trigger};
    use crate::snapshot::{Hub, StatusBoard};

    struct Drain {
        hub: Arc<Hub>,
        latch: Arc<Latch>,
        late: Late,
    }

    /// One whose deadline is so far away, and which nobody drives.
    fn drain(deadline: Duration) -> Drain {
        let hub = Arc::new(Hub::new(&[], StatusBoard::leak(Instant::now())));
        let policy = DrainPolicy::default().lame_duck(Duration::ZERO);
        let latch = Arc::new(Latch::new(Arc::clone(&hub), policy.deadline(deadline)));
        latch.request(Trigger::Terminate, false);
        let late = Late::new(&latch, InFlight::leak(), Connections::new());
        Drain { hub, latch, late }
    }

    const fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_deadline_that_nobody_acts_on_is_acted_on_a_margin_later_and_once() {
        let Drain {
            latch, mut late, ..
        } = drain(Duration::ZERO);
        let hold = late.in_flight.enter().named("websocket /chat");
        // By the clock of who looks: however long ago the deadline was.
        for seen in [90_000, 90_499] {
            assert!(!late.look(millis(seen)));
            assert!(!hold.flags().is_ended());
        }
        assert!(late.look(millis(90_500)));
        assert!(hold.flags().is_ended());
        let given_up = latch.given_up();
        assert_eq!(
            (given_up.remaining, given_up.unfinished[0].what()),
            (1, "websocket /chat")
        );
        assert!(!late.look(millis(100_000)));
        drop(hold);
        latch.give_up(late.in_flight, &late.connections);
        assert_eq!(latch.given_up().remaining, 1);
    }

    #[test]
    fn where_somebody_acts_it_does_nothing() {
        let Drain {
            latch, mut late, ..
        } = drain(Duration::ZERO);
        assert!(!late.look(millis(0)));
        latch.give_up(late.in_flight, &late.connections);
        assert!(!late.look(millis(10_000)));

        let Drain { hub, mut late, .. } = drain(Duration::ZERO);
        assert!(!late.look(millis(0)));
        hub.advance(Phase::Closed);
        assert!(!late.look(millis(10_000)), "all had ended in time");

        let Drain {
            mut late, latch, ..
        } = drain(millis(3_600_000));
        assert!(
            !late.look(millis(0)) && !late.look(millis(10_000)),
            "there is time"
        );
        drop(latch);
    }
}
