use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::{AbortHandle, JoinError, JoinHandle};
use tokio::time::Instant;

use crate::check::{Body, Outcome};
use crate::runner::LagMeter;
use crate::snapshot::{Cause, Finding};

/// One run of a check, on a task of its own: a body that panics or blocks harms nobody but itself.
///
/// Dropping it aborts the run.
pub(crate) struct Run {
    body: JoinHandle<Outcome>,
    abort: AbortOnDrop,
    began: Instant,
    answered: bool,
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
        let body = match body {
            Body::Async(body) => {
                let body = Arc::clone(body);
                let run = runtime.spawn(async move { body().await });
                // A single task that a worker spawns goes to a slot which no other worker looks into, and wakes none. Should
                // the body block, nobody might be left to watch timers and sockets, and the whole runtime would stand
                // still with idle workers. A second task pushes the first out of the slot, and wakes one.
                runtime.spawn(async {});
                run
            }
            Body::Sync(body) => {
                let body = Arc::clone(body);
                // Tokio panics where the system can't give a thread.
                catch_unwind(AssertUnwindSafe(|| runtime.spawn_blocking(move || body()))).ok()?
            }
        };
        let abort = AbortOnDrop(body.abort_handle());
        let answered = false;
        Some(Self {
            body,
            abort,
            began,
            answered,
        })
    }

    pub(crate) fn began(&self) -> Instant {
        self.began
    }

    /// Waits for the outcome, no longer than `timeout`. What is past its time is aborted.
    ///
    /// A failure during a lag of more than a quarter of the timeout is inconclusive. A success is one all the same.
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
                let reason = format!("no answer within {timeout:?}");
                (Outcome::fail(reason), Some(Cause::TimedOut))
            }
        };
        let weak = matches!(cause, Some(Cause::Failed | Cause::TimedOut));
        let lagged = weak && lag.worst(self.began, self.began + took) > timeout / 4;
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
        Finding {
            outcome: Outcome::fail(format!("still no answer after {took:.0?}")),
            cause: Some(Cause::TimedOut),
            lagged: lag.worst(since, now) > timeout / 4,
            began: self.began,
            took,
        }
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
mod tests {
    use tokio::runtime::Builder;

    use super::*;

    /// Whoever waits may live on another runtime than the check, as a start-up of several runtimes may have it.
    #[tokio::test]
    async fn a_run_whose_runtime_has_ended_is_cancelled_and_says_so() {
        let bodies = [
            Body::Async(Arc::new(|| Box::pin(async { Outcome::Pass }))),
            Body::Sync(Arc::new(|| Outcome::Pass)),
        ];
        for body in bodies {
            let runtime = Builder::new_current_thread().build().unwrap();
            let ended = runtime.handle().clone();
            runtime.shutdown_background();
            let mut run = Run::start(&body, &ended).unwrap();
            let lag = LagMeter::new(Instant::now());
            let finding = run.finding(Duration::from_secs(3600), &lag).await;
            assert_eq!(finding.cause, Some(Cause::Cancelled));
            let reason = finding.outcome.reason().unwrap();
            assert_eq!(reason, "cancelled: its runtime shut down");
        }
    }
}
