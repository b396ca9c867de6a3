use std::time::Duration;

use crate::watchdog::clock::Moment;
use crate::watchdog::window::{LoopLag, Window};
use crate::watchdog::workers::{Counters, Worker};
use crate::watchdog::{Fault, FaultKind, Limits, RuntimeState};

/// What the watchdog sees of one runtime when it looks.
#[derive(Clone, Debug)]
pub(crate) struct Sight {
    /// How late the canary was that was sent last; `None` if it has not answered.
    pub(crate) answer: Option<Duration>,
    /// In the order of the workers. Empty where there is one only: then the canary says it all.
    pub(crate) workers: Vec<Counters>,
}

/// A worker that has been stuck for longer than a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StuckWorker {
    index: usize,
    stuck: Duration,
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

/// One watched runtime as a [`Snapshot`](crate::Snapshot) shows it, up to a second old.
#[derive(Clone, Debug)]
pub struct RuntimeReport {
    pub(crate) name: String,
    pub(crate) state: RuntimeState,
    pub(crate) lag: LoopLag,
    pub(crate) workers: usize,
    pub(crate) stuck: Vec<StuckWorker>,
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

/// The watch over one runtime. It is told what is seen, and never looks for itself.
///
/// 1. What is late is measured from when the canary was sent to now, on the watchdog's clock: no sight, no age.
/// 2. A stalled runtime has no stuck workers besides: it is one fault.
#[derive(Debug)]
pub(crate) struct RuntimeWatch {
    name: String,
    limits: Limits,
    sent: Moment,
    late: Duration,
    window: Window,
    workers: Vec<Worker>,
    stuck: Vec<Duration>,
}

impl RuntimeWatch {
    /// The first canary is sent now.
    pub(crate) fn new(name: String, limits: Limits, workers: &[Counters], now: Moment) -> Self {
        let watch = |counters: &Counters| Worker::new(*counters, now);
        Self {
            name,
            limits,
            sent: now,
            late: Duration::ZERO,
            window: Window::default(),
            workers: workers.iter().map(watch).collect(),
            stuck: vec![Duration::ZERO; workers.len()],
        }
    }

    /// Takes what is seen now. `true` if the canary is back, and the next one is sent.
    pub(crate) fn look(&mut self, sight: &Sight, now: Moment) -> bool {
        let seen = now - self.sent;
        self.late = sight.answer.map_or(seen, |lag| lag.min(seen));
        for ((worker, stuck), counters) in self
            .workers
            .iter_mut()
            .zip(&mut self.stuck)
            .zip(&sight.workers)
        {
            *stuck = worker.stuck(*counters, now);
        }
        let back = sight.answer.is_some();
        if back {
            self.window.add(self.late);
            self.sent = now;
        }
        back
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn state(&self) -> RuntimeState {
        RuntimeState::of(self.late, &self.limits)
    }

    pub(crate) fn faults(&self) -> impl Iterator<Item = Fault> {
        let name = &self.name;
        let dead = self.state() == RuntimeState::Dead;
        let stalled = dead.then(|| Fault {
            kind: FaultKind::RuntimeStalled,
            what: format!(
                "no worker of runtime `{name}` has turned for {:?}",
                self.limits.stalled_after
            ),
        });
        let limit = self.limits.stuck_after;
        let stuck = self.stuck.iter().enumerate();
        let stuck = stuck.filter(move |(_, stuck)| !dead && **stuck >= limit);
        let stuck = stuck.map(move |(index, _)| Fault {
            kind: FaultKind::WorkerStuck,
            what: format!(
                "worker {index} of runtime `{name}` has been stuck in one poll for {limit:?}"
            ),
        });
        stalled.into_iter().chain(stuck)
    }

    pub(crate) fn report(&self) -> RuntimeReport {
        let stuck = self.stuck.iter().copied().enumerate();
        let stuck = stuck.map(|(index, stuck)| StuckWorker { index, stuck });
        RuntimeReport {
            name: self.name.clone(),
            state: self.state(),
            lag: self.window.lag(self.late),
            workers: self.workers.len().max(1),
            stuck: stuck
                .filter(|worker| worker.stuck >= Duration::from_secs(1))
                .collect(),
        }
    }
}
