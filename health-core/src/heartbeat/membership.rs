use std::sync::Arc;

use crate::heartbeat::Tenure;
use crate::heartbeat::cell::Cell;
use crate::heartbeat::{HeartbeatReport, HeartbeatState};

/// Whether this instance is a member, from [`Heartbeat::start`](crate::Heartbeat::start). A cheap clone; beats go on without it.
///
/// It is advisory, unless the heartbeat is [`required`](crate::Heartbeat::required): no probe's answer depends on it. Bind to it what only one
/// instance may do, and to a [`Tenure`] what was begun.
#[derive(Clone, Debug)]
pub struct Membership(pub(crate) Arc<Cell>);

impl Membership {
    /// Whether it is one now, by a look at the clock. For work that goes on, take a [`tenure`](Self::tenure): this may say yes again, for
    /// another.
    #[must_use]
    pub fn is_member(&self) -> bool {
        self.0.tenure().is_some()
    }

    /// The membership that holds now; `None` if none does.
    #[must_use]
    pub fn tenure(&self) -> Option<Tenure> {
        self.0.tenure().map(Tenure)
    }

    /// Waits until it is a member; `None` once it has left for good. Cancel safe.
    pub async fn joined(&self) -> Option<Tenure> {
        let mut changes = self.0.follow();
        loop {
            if let Some(tenure) = self.tenure() {
                return Some(tenure);
            }
            if self.state() == HeartbeatState::Left || changes.changed().await.is_err() {
                return None;
            }
        }
    }

    /// Resolves once it is no member: at once, where it is none. Cancel safe; see [`Tenure::fenced`] for how late it may be.
    pub async fn fenced(&self) {
        if let Some(tenure) = self.tenure() {
            tenure.fenced().await;
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> HeartbeatState {
        self.0.state()
    }

    /// All that is known of it, as a [`Snapshot`](crate::Snapshot::heartbeats) has it.
    #[must_use]
    pub fn report(&self) -> HeartbeatReport {
        self.0.report()
    }
}
