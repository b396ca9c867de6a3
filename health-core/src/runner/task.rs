use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep_until};

use crate::Probe;
use crate::check::{Body, Settings};
use crate::runner::nap::Nap;
use crate::runner::run::Run;
use crate::runner::schedule::Schedule;
use crate::runner::{CheckState, LagMeter};
use crate::snapshot::{Finding, Hub};

/// A body that holds its thread for longer than this is named, once, and again when it has doubled: what waits for it waits as long.
pub(crate) const TOO_LONG: Duration = Duration::from_millis(50);

/// Runs one check, one among `checks`, again and again, and tells the hub what it found.
pub(crate) struct CheckTask {
    pub(crate) index: usize,
    pub(crate) checks: usize,
    pub(crate) probe: Probe,
    pub(crate) settings: Settings,
    pub(crate) body: Body,
    pub(crate) lag: Arc<LagMeter>,
}

impl CheckTask {
    /// Goes on until it is aborted. A start-up check ends with its first success: that answer is final.
    pub(crate) async fn drive(self, hub: Arc<Hub>, runtime: Handle) {
        let schedule = Schedule::new(&self.settings);
        let mut named = Duration::ZERO;
        let mut next = schedule.first(Instant::now(), self.checks, fastrand::f64());
        let found = |finding: Finding, began| {
            let ended = Instant::now();
            hub.found(self.index, finding, |failures| {
                schedule.next(began, ended, failures, fastrand::f64())
            })
        };
        // Where the run that comes may be brought forward, when the one before began. One that was is followed by its full interval;
        // and before the first one, there is nothing to doubt.
        let mut last = None;
        let doubtful = matches!(self.probe, Probe::Readiness | Probe::External);
        loop {
            let nap = Nap::new(next, last.map(|_: Instant| hub.doubted()));
            #[cfg(feature = "test")]
            let nap = hub.or_released(self.index, nap);
            let forward = nap.await;
            if let Some(began) = last.take_if(|_| forward) {
                sleep_until(schedule.forward(began, Instant::now(), next, fastrand::f64())).await;
            }
            let body = &self.body;
            #[cfg(feature = "test")]
            let body = &hub.understudy(self.index, body);
            let Some(mut run) = Run::start(body, &runtime) else {
                let began = Instant::now();
                next = found(Finding::no_thread(began), began).next;
                last = Some(began).filter(|_| doubtful && !forward);
                continue;
            };
            let finding = run.finding(self.settings.timeout, &self.lag).await;
            let verdict = found(finding, run.began());
            last = Some(run.began()).filter(|_| doubtful && !forward);
            self.name_what_blocks(&run, &mut named, &hub);
            next = verdict.next;
            if self.probe == Probe::Startup && verdict.state == CheckState::Up {
                return;
            }
            // A body that blocks can't be dropped, and is never run beside itself. As long as it hangs, each interval is one
            // more failure: else one that hangs for ever would have failed once.
            let mut since = Instant::now();
            loop {
                let due = since + self.settings.every;
                tokio::select! {
                    biased;
                    late = run.answered_late() => {
                        if late {
                            hub.answered_late(self.index);
                            self.name_what_blocks(&run, &mut named, &hub);
                        }
                        break;
                    }
                    () = sleep_until(due) => {
                        let finding = run.still_hanging(since, self.settings.timeout, &self.lag);
                        found(finding, since);
                        self.name_what_blocks(&run, &mut named, &hub);
                        since = Instant::now();
                    }
                }
            }
        }
    }

    /// An asynchronous body keeps whatever else its runtime has to do waiting. Lag is no excuse for it: it *is* the lag. A liveness
    /// check has a thread to itself, and must answer from memory all the same; it is excused while the process stood still.
    /// Others may block on theirs.
    fn name_what_blocks(&self, run: &Run, named: &mut Duration, hub: &Hub) {
        let held = match (&self.body, self.probe) {
            (Body::Async(_), _) => run.held(),
            (Body::Sync(_), Probe::Liveness) => {
                let lost = self.lag.lost(run.began(), Instant::now());
                run.held().saturating_sub(lost)
            }
            (Body::Sync(_), _) => return,
        };
        if held > TOO_LONG && held >= 2 * *named {
            *named = held;
            hub.blocks(self.index, held);
        }
    }
}

#[cfg(test)]
mod tests;
