use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::runtime::Handle;

use crate::watchdog::ladder::{DEAD, PATIENCE_WITH_ONE};

/// What the watchdog looks at, and when liveness fails for it. To [`HealthBuilder::watchdog`](crate::HealthBuilder::watchdog).
///
/// An OS thread of its own asks each watched runtime for a sign of life ten times a second, and reads its workers' counters. It
/// measures time as far as it was there to see it: where the process was stopped, the machine suspended, or the watchdog
/// itself starved, that time accuses nobody.
///
/// The limits are so long that a restart is never wrong; [`RuntimeState`](crate::RuntimeState) has the whole ladder. Overload, a
/// dependency that is down, or an idle service meet none of them.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use health_core::{Health, Watchdog};
///
/// let ingest = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
/// let watchdog = Watchdog::default()
///     .watch("ingest", ingest.handle().clone())
///     .stalled_after(Duration::from_secs(120));
/// let health = Health::builder().watchdog(watchdog).start()?;
/// # drop(health); ingest.shutdown_background();
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a watchdog watches nothing until it is handed to `Health::builder().watchdog(…)`"]
pub struct Watchdog {
    pub(crate) on: bool,
    pub(crate) others: Vec<(String, Handle)>,
    stalled_after: Option<Duration>,
    stuck_after: Option<Duration>,
    pub(crate) termination_log: Option<PathBuf>,
}

/// When liveness fails.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) stalled_after: Duration,
    pub(crate) stuck_after: Duration,
}

impl Watchdog {
    /// None. Liveness then fails for liveness checks only, pulses are not looked at, and no termination log is written.
    pub fn off() -> Self {
        let on = false;
        Self {
            on,
            ..Self::default()
        }
    }

    /// Watches another runtime as well, under this name. The one that the checks run on is watched in any case, as `main`.
    ///
    /// A current-thread runtime turns only inside its `block_on`: watch it if it is always there. One that has been shut down is
    /// no longer watched.
    pub fn watch(mut self, name: impl Into<String>, runtime: Handle) -> Self {
        self.others.push((name.into(), runtime));
        self
    }

    /// How long no worker of a runtime may turn before liveness fails. 60 s by default, 1 s at least.
    pub fn stalled_after(mut self, limit: Duration) -> Self {
        self.stalled_after = Some(limit);
        self
    }

    /// How long one worker may hang in one poll, while others turn, before liveness fails. Five times
    /// [`stalled_after`](Self::stalled_after) by default, 300 s; never less than that.
    pub fn stuck_after(mut self, limit: Duration) -> Self {
        self.stuck_after = Some(limit);
        self
    }

    /// Where to write why liveness failed, for whoever looks at the restart. `/dev/termination-log` by default, which Kubernetes
    /// shows with `kubectl describe pod`. Written only where the file exists; emptied if liveness recovers.
    pub fn termination_log(mut self, path: impl AsRef<Path>) -> Self {
        self.termination_log = Some(path.as_ref().to_owned());
        self
    }

    pub(crate) fn limits(&self) -> Limits {
        let stalled_after = self.stalled_after.unwrap_or(DEAD);
        let longer = stalled_after.saturating_mul(PATIENCE_WITH_ONE);
        let stuck_after = self.stuck_after.unwrap_or(longer);
        Limits {
            stalled_after,
            stuck_after,
        }
    }

    /// Says what can't work.
    pub(crate) fn problem(&self) -> Option<String> {
        let Limits {
            stalled_after,
            stuck_after,
        } = self.limits();
        if stalled_after < Duration::from_secs(1) {
            return Some(format!(
                "`.stalled_after({stalled_after:?})` is shorter than a second, which a busy machine may take: a restart would cure nothing"
            ));
        }
        (stuck_after < stalled_after).then(|| {
            format!(
                "`.stuck_after({stuck_after:?})` is shorter than `.stalled_after({stalled_after:?})`: one stuck worker is less than all of them"
            )
        })
    }
}

impl Default for Watchdog {
    fn default() -> Self {
        Self {
            on: true,
            others: Vec::new(),
            stalled_after: None,
            stuck_after: None,
            termination_log: Some(PathBuf::from("/dev/termination-log")),
        }
    }
}
