use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::{AbortHandle, JoinError, JoinHandle};
use tokio::time::Instant;

use crate::check::{Body, Outcome};
use crate::runner::LagMeter;
use crate::runner::held::{Held, Timed};
use crate::snapshot::{Cause, Finding};

/// One run of a check, on a task of its own: a body that panics or blocks harms nobody but itself.
///
/// Dropping it aborts the run.
pub(crate) struct Run {
    body: JoinHandle<Outcome>,
    abort: AbortOnDrop,
    began: Instant,
    answered: bool,
    held: Arc<Held>,
}

struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Run {
    /// Starts the body. A synchronous one gets a thread where it may block; `None` if the system has none left.
    pub(crate) fn start(body: &Body, runtime: &Handle) -> Option<Self> {
        let began = Instant::now();
        let held = Held::new();
        let holds = Arc::clone(&held);
        let body = match body {
            Body::Async(body) => {
                let body = Arc::clone(body);
                let run = runtime.spawn(Timed::new(async move { body().await }, holds));
                // A single task that a worker spawns goes to a slot which no other worker looks into, and wakes none. Should
                // the body block, nobody might be left to watch timers and sockets, and the whole runtime would stand
                // still with idle workers. A second task pushes the first out of the slot, and wakes one.
                runtime.spawn(async {});
                run
            }
            Body::Sync(body) => {
                let body = Arc::clone(body);
                // Tokio panics where the system can't give a thread.
                let run = move || holds.during(|| body());
                catch_unwind(AssertUnwindSafe(|| runtime.spawn_blocking(run))).ok()?
            }
        };
        let abort = AbortOnDrop(body.abort_handle());
        let answered = false;
        Some(Self {
            body,
            abort,
            began,
            answered,
            held,
        })
    }

    pub(crate) fn began(&self) -> Instant {
        self.began
    }

    /// The longest time for which the body has held its thread without a break, up to now.
    pub(crate) fn held(&self) -> Duration {
        self.held.longest()
    }

    /// Waits for the outcome, no longer than `timeout`. What is past its time is aborted.
    ///
    /// A failure in a run that lost more than a quarter of the timeout to lag is inconclusive. A success is one all the same.
    pub(crate) async fn finding(&mut self, timeout: Duration, lag: &LagMeter) -> Finding {
        let result = tokio::time::timeout(timeout, &mut self.body).await;
        let took = self.began.elapsed();
        self.answered = result.is_ok();
        let (outcome, cause) = match result {
            Ok(Ok(outcome)) => {
                let cause = (!outcome.is_success()).then_some(Cause::Failed);
                (outcome, cause)
            }
            Ok(Err(error)) => {
                let cause = if error.is_panic() {
                    Cause::Panicked
                } else {
                    Cause::Cancelled
                };
                (Outcome::fail(describe(error)), Some(cause))
            }
            Err(_elapsed) => {
                self.abort.0.abort();
                self.no_answer(Cause::TimedOut, format!("no answer within {timeout:?}"))
            }
        };
        let weak = matches!(cause, Some(Cause::Failed | Cause::TimedOut));
        let lagged = weak && lag.excuses(self.began, self.began + took, timeout);
        Finding {
            outcome,
            cause,
            lagged,
            began: self.began,
            took,
        }
    }

    /// Waits until the body has really gone: an aborted one that blocks goes on until it returns. `true` if it then had an
    /// answer after all. Cancel safe.
    pub(crate) async fn answered_late(&mut self) -> bool {
        !self.answered && (&mut self.body).await.is_ok()
    }

    /// What is found after each further interval, from `since`, in which this one still hangs.
    pub(crate) fn still_hanging(
        &self,
        since: Instant,
        timeout: Duration,
        lag: &LagMeter,
    ) -> Finding {
        let now = Instant::now();
        let took = now - self.began;
        let reason = format!("still no answer after {took:.0?}");
        let (outcome, cause) = self.no_answer(Cause::Hung, reason);
        Finding {
            outcome,
            cause,
            lagged: cause == Some(Cause::Hung) && lag.excuses(since, now, timeout),
            began: self.began,
            took,
        }
    }

    /// What has not even begun has nothing to answer.
    fn no_answer(&self, cause: Cause, reason: String) -> (Outcome, Option<Cause>) {
        if self.held.has_begun() {
            return (Outcome::fail(reason), Some(cause));
        }
        let reason = "not begun in its time: nothing was free to run it on";
        (Outcome::fail(reason), Some(Cause::Cancelled))
    }
}

fn describe(error: JoinError) -> String {
    match error.try_into_panic() {
        Ok(panic) => format!("panicked: {}", message(&*panic)),
        Err(_cancelled) => "cancelled: its runtime shut down".to_owned(),
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("(no message)")
}

#[cfg(test)]
mod tests;
