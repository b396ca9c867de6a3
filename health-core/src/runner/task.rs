use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep_until};

use crate::Probe;
use crate::check::{Body, Settings};
use crate::runner::run::Run;
use crate::runner::schedule::Schedule;
use crate::runner::{CheckState, LagMeter};
use crate::snapshot::{Finding, Hub};

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
        let mut next = schedule.first(Instant::now(), self.checks, fastrand::f64());
        let found = |finding: Finding, began| {
            let ended = Instant::now();
            hub.found(self.index, finding, |failures| {
                schedule.next(began, ended, failures, fastrand::f64())
            })
        };
        loop {
            sleep_until(next).await;
            let Some(mut run) = Run::start(&self.body, &runtime) else {
                let began = Instant::now();
                next = found(Finding::no_thread(began), began).next;
                continue;
            };
            let finding = run.finding(self.settings.timeout, &self.lag).await;
            let verdict = found(finding, run.began());
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
                        }
                        break;
                    }
                    () = sleep_until(due) => {
                        let finding = run.still_hanging(since, self.settings.timeout, &self.lag);
                        found(finding, since);
                        since = Instant::now();
                    }
                }
            }
        }
    }
}
