use std::time::Duration;

use crate::watchdog::clock::Moment;
use crate::watchdog::report::Turns;
use crate::watchdog::window::Window;
use crate::watchdog::workers::{Counters, Worker};
use crate::watchdog::{Fault, FaultKind, Limits, RuntimeReport, RuntimeState, StuckWorker};

/// What the watchdog sees of one runtime when it looks.
#[derive(Clone, Debug)]
pub(crate) struct Sight {
    /// How late the canary was that was sent last; `None` if it has not answered.
    pub(crate) answer: Option<Duration>,
    /// In the order of the workers.
    pub(crate) workers: Vec<Counters>,
    /// What else shows that tasks run; another number with each sign. The same where nothing is known.
    pub(crate) signs: u64,
}

/// What the watchdog does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Wait,
    /// The canary is back: sends the next one.
    Send,
    /// Sends another besides it. The first may lie with a worker that hangs, while all others sleep.
    Help,
}

/// The watch over one runtime. It is told what is seen, and never looks for itself.
///
/// 1. What is late is measured from when the canary was sent to now, on the watchdog's clock: no sight, no age.
/// 2. A runtime has stalled only while a canary is out. One that came back, however late, has shown that the runtime turns.
/// 3. It has stalled only while neither a worker nor anything else gives a sign. One that works through a long queue, at
///    whose end the canary is, turns.
/// 4. A worker hangs only if it has been stuck for twice as long as any of its runtime has been and come back, up to twice the
///    limit: under overload by long polls all show seldom that they get on.
/// 5. A stalled runtime has no stuck workers besides: it is one fault.
#[derive(Debug)]
pub(crate) struct RuntimeWatch {
    name: String,
    limits: Limits,
    sent: Moment,
    now: Moment,
    late: Duration,
    still: Duration,
    help_at: Duration,
    window: Window,
    turns: Turns,
    workers: Vec<Worker>,
    signs: u64,
    moved: Moment,
}

/// A canary that is out for so long gets help; then after twice as long, and so on.
const HELP: Duration = Duration::from_secs(1);

impl RuntimeWatch {
    /// The first canary is sent now.
    pub(crate) fn new(name: String, limits: Limits, workers: &[Counters], now: Moment) -> Self {
        let watch = |counters: &Counters| Worker::new(*counters, now);
        Self {
            name,
            limits,
            sent: now,
            now,
            late: Duration::ZERO,
            still: Duration::ZERO,
            help_at: HELP,
            window: Window::default(),
            turns: Turns::default(),
            workers: workers.iter().map(watch).collect(),
            signs: 0,
            moved: now,
        }
    }

    /// Takes what is seen now.
    pub(crate) fn look(&mut self, sight: &Sight, now: Moment) -> Next {
        self.now = now;
        for (worker, counters) in self.workers.iter_mut().zip(&sight.workers) {
            worker.look(*counters, now);
        }
        if sight.signs != self.signs {
            (self.signs, self.moved) = (sight.signs, now);
        }
        let out = now - self.sent;
        if let Some(lag) = sight.answer {
            self.late = lag.min(out);
            self.still = Duration::ZERO;
            self.window.add(self.late);
            self.turns.add(self.late);
            self.sent = now;
            self.help_at = HELP;
            return Next::Send;
        }
        self.late = out;
        let still = self.workers.iter().map(|worker| worker.still(now));
        self.still = still.fold(out, Duration::min).min(now - self.moved);
        if out < self.help_at {
            return Next::Wait;
        }
        self.help_at = out * 2;
        Next::Help
    }

    /// How late its turn is now, and for how long nothing in it has moved.
    #[cfg(feature = "heartbeat")]
    pub(crate) fn turned(&self) -> (Duration, Duration) {
        (self.late, self.still)
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn state(&self) -> RuntimeState {
        RuntimeState::of(self.late, self.still, &self.limits)
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
        let patience = self.patience();
        let stuck = self.stuck();
        let stuck = stuck.filter(move |worker| !dead && worker.stuck >= patience);
        let stuck = stuck.map(move |StuckWorker { index, .. }| Fault {
            kind: FaultKind::WorkerStuck,
            what: format!(
                "worker {index} of runtime `{name}` has been stuck in one poll for {limit:?}"
            ),
        });
        stalled.into_iter().chain(stuck)
    }

    pub(crate) fn report(&self) -> RuntimeReport {
        let long = |worker: &StuckWorker| worker.stuck >= Duration::from_secs(1);
        RuntimeReport {
            name: self.name.clone(),
            state: self.state(),
            lag: self.window.lag(self.late),
            workers: self.workers.len(),
            stuck: self.stuck().filter(long).collect(),
            turns: self.turns,
        }
    }

    fn patience(&self) -> Duration {
        let limit = self.limits.stuck_after;
        let came_back = self.workers.iter().map(Worker::longest).max();
        // Bounded: else each fault that is over would double the time until the next one is found.
        let twice = came_back.unwrap_or_default().min(limit).saturating_mul(2);
        limit.max(twice)
    }

    /// None where there is one only: then the canary, which has no other to go to, says it all.
    fn stuck(&self) -> impl Iterator<Item = StuckWorker> {
        let several = self.workers.len() > 1;
        let workers = self.workers.iter().enumerate().filter(move |_| several);
        workers.map(|(index, worker)| StuckWorker {
            index,
            stuck: worker.stuck(self.now),
        })
    }
}

#[cfg(test)]
mod tests;
