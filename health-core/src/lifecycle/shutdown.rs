use std::time::Duration;

use tokio::time::Instant;

use crate::lifecycle::Trigger;

/// A shutdown that has begun: what began it, and when it does what. In every [`Snapshot`](crate::Snapshot) from there on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shutdown {
    pub(crate) trigger: Trigger,
    pub(crate) began: Instant,
    pub(crate) closing: Instant,
    pub(crate) deadline: Instant,
    /// When it was over.
    pub(crate) closed: Option<Instant>,
    /// What of the lame duck was over before it began.
    pub(crate) credit: Duration,
    /// Whether readiness follows the checks until it is closing.
    pub(crate) stays_ready: bool,
}

impl Shutdown {
    /// With what was spent not ready before it began: the lame duck counts from there, and readiness doesn't come back.
    pub(crate) fn credited(mut self, not_ready_since: Instant) -> Self {
        let spent = self.began.saturating_duration_since(not_ready_since);
        self.credit = spent.min(self.lame_duck());
        self.closing -= self.credit;
        self.stays_ready = false;
        self
    }

    /// What began it.
    #[must_use]
    pub fn trigger(&self) -> Trigger {
        self.trigger
    }

    /// How long ago it began.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// How long it has taken: until it was [closed](crate::Phase::Closed), or until now.
    #[must_use]
    pub fn took(&self) -> Duration {
        let until = self.closed.unwrap_or_else(Instant::now);
        until.saturating_duration_since(self.began)
    }

    /// How long the service goes on accepting, from the beginning: as planned, and once it is closing, as it was. Zero where
    /// the lame duck is skipped, and less by what [maintenance](crate::Health::begin_drain) has spent of it.
    #[must_use]
    pub fn lame_duck(&self) -> Duration {
        self.closing - self.began
    }

    /// How much of the lame duck [maintenance](crate::Health::begin_drain) had spent before it began.
    #[must_use]
    pub fn credit(&self) -> Duration {
        self.credit
    }

    /// How long what is in flight has at most, from the beginning.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        self.deadline - self.began
    }
}
