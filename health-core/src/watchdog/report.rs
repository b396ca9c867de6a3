use std::time::Duration;

use crate::watchdog::{LoopLag, RuntimeState};

/// A worker that has neither parked nor got on for longer than a second: it hangs in a poll, or each of its polls takes long and
/// it never finds its queue empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StuckWorker {
    pub(crate) index: usize,
    pub(crate) stuck: Duration,
}

impl StuckWorker {
    /// Its number in the runtime, from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// For how long it has not got on.
    #[must_use]
    pub fn stuck(&self) -> Duration {
        self.stuck
    }
}

/// How often a runtime was seen to turn, ever, and how often tasks had waited for longer than 100 ms by then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Turns {
    pub(crate) all: u64,
    pub(crate) late: u64,
}

impl Turns {
    /// Whoever waits for that long may notice.
    const LATE: Duration = Duration::from_millis(100);

    pub(crate) fn add(&mut self, lag: Duration) {
        self.all += 1;
        self.late += u64::from(lag > Self::LATE);
    }
}

/// The worst of all watched runtimes, each time the watchdog looks.
#[cfg(feature = "heartbeat")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turned {
    /// How late its turn is.
    pub(crate) late: Duration,
    /// For how long nothing in it has moved.
    pub(crate) still: Duration,
    pub(crate) at: std::time::Instant,
}

/// One watched runtime as a [`Snapshot`](crate::Snapshot) shows it, up to a second old.
#[derive(Clone, Debug)]
pub struct RuntimeReport {
    pub(crate) name: String,
    pub(crate) state: RuntimeState,
    pub(crate) lag: LoopLag,
    pub(crate) workers: usize,
    pub(crate) stuck: Vec<StuckWorker>,
    pub(crate) turns: Turns,
}

impl RuntimeReport {
    /// The name under which it is watched: `main` for the one that the checks run on.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How late it is now.
    #[must_use]
    pub fn state(&self) -> RuntimeState {
        self.state
    }

    /// How late it was within the last minute.
    #[must_use]
    pub fn lag(&self) -> LoopLag {
        self.lag
    }

    /// How many workers it has.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.workers
    }

    /// The workers that hang, while others turn.
    #[must_use]
    pub fn stuck(&self) -> &[StuckWorker] {
        &self.stuck
    }
}
