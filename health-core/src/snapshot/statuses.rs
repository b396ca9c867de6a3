use std::sync::Arc;

use tokio::sync::watch;

use crate::snapshot::parts::Parts;
use crate::snapshot::{Hub, Published, StatusBoard};
use crate::{Phase, Probe, ProbeStatus};

/// The statuses of the probes and of all [parts](crate::Part), for faces that tell of changes. From
/// [`Health::statuses`](crate::Health::statuses). A cheap clone.
///
/// Unlike a [`Subscription`](crate::Subscription), it wakes nobody for a result that changes no status.
#[derive(Clone, Debug)]
pub struct Statuses {
    parts: Arc<Parts>,
    published: watch::Receiver<Arc<Published>>,
    board: StatusBoard,
}

impl Statuses {
    pub(crate) fn new(hub: &Hub, board: StatusBoard) -> Self {
        Self {
            parts: Arc::clone(hub.parts()),
            published: hub.subscribe(),
            board,
        }
    }

    /// The answer to a probe now.
    #[must_use]
    pub fn probe(&self, probe: Probe) -> ProbeStatus {
        self.board.status(probe)
    }

    /// Where the service is between start and end.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.published.borrow().phase()
    }

    /// Whether nothing will change any more but by going stale, which nobody is notified of: there is no
    /// [`Health`](crate::Health) any more. Who follows is notified of that.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.parts.has_ended()
    }

    /// Notified when the phase, a probe's or a part's status has changed. To miss nothing, follow first and look then, and look again
    /// each time; a slow follower is notified once for several changes.
    #[must_use]
    pub fn follow(&self) -> watch::Receiver<()> {
        self.parts.changes().subscribe()
    }

    /// Notifies all who follow, for a face whose own rules have changed: which names there are, say.
    pub fn touch(&self) {
        self.parts.changes().send_replace(());
    }
}
