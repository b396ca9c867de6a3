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
}

impl Shutdown {
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

    /// How long the service goes on accepting, from the beginning: as planned, and once it is closing, as it was. Zero where
    /// the lame duck is skipped.
    #[must_use]
    pub fn lame_duck(&self) -> Duration {
        self.closing - self.began
    }

    /// How long what is in flight has at most, from the beginning.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        self.deadline - self.began
    }
}
