use std::fmt;
use std::fmt::Display;
use std::sync::Weak;

use crate::Outcome;
use crate::snapshot::Hub;
use crate::startup::TaskId;

/// A piece of start-up work, from [`Health::startup_task`](crate::Health::startup_task). Until it is [`done`](Self::done), the
/// service counts as starting: `startup` and `readiness` are down.
///
/// Dropped without `done`, as by a panic or an early return with `?`, it has failed: start-up never succeeds, and the log
/// says which task it was. An orchestrator that watches `startup` then restarts the process.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use health_core::{Health, Probe};
///
/// let health = Health::builder().start()?;
/// let warm = health.startup_task("warm cache");
/// assert!(!health.status(Probe::Readiness).is_up());
/// // … warm it …
/// warm.done();
/// assert!(health.status(Probe::Readiness).is_up());
/// # Ok(()) }
/// ```
#[must_use = "dropped, the task has failed; hold it until the work is done, then call `done()`"]
pub struct StartupTask {
    hub: Weak<Hub>,
    task: TaskId,
    ended: bool,
}

impl StartupTask {
    pub(crate) fn new(hub: Weak<Hub>, task: TaskId) -> Self {
        let ended = false;
        Self { hub, task, ended }
    }

    /// The work has succeeded.
    pub fn done(mut self) {
        self.end(Ok(()));
    }

    /// The work has failed, and why. Start-up can't succeed any more.
    pub fn fail(mut self, reason: impl Display) {
        let reason = Outcome::fail(reason)
            .reason()
            .unwrap_or_default()
            .to_owned();
        self.end(Err(reason));
    }

    fn end(&mut self, result: Result<(), String>) {
        self.ended = true;
        if let Some(hub) = self.hub.upgrade() {
            hub.startup_ended(self.task, result);
        }
    }
}

impl Drop for StartupTask {
    fn drop(&mut self) {
        if !self.ended {
            self.end(Err("dropped without `done()`".to_owned()));
        }
    }
}

impl fmt::Debug for StartupTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StartupTask").field(&self.task).finish()
    }
}
