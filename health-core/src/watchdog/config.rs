use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::runtime::Handle;

use crate::check::bounded_name;
use crate::watchdog::ladder::{DEAD, PATIENCE_WITH_ONE, STUCK};

/// What the watchdog looks at, and when liveness fails for it. To [`HealthBuilder::watchdog`](crate::HealthBuilder::watchdog).
///
/// An OS thread of its own asks each watched runtime for a sign of life ten times a second, and reads its workers' counters. It
/// measures time as far as it was there to see it: where the process was stopped, the machine suspended, or the watchdog
/// itself starved, that time accuses nobody.
///
/// The limits are so long that a restart is never wrong; [`RuntimeState`](crate::RuntimeState) has the whole ladder. Overload, a
/// dependency that is down, or an idle service meet none of them.
///
/// What tokio shows sets a bound to how short a limit may be. Under full load a worker may show only every 61 times it takes a
/// task (`event_interval`), each with up to three more besides, that it gets on, and a current-thread runtime come to what others spawned only every 31 times
/// (`global_queue_interval`). A limit should be longer than that many of the longest polls that are well. And where all blocking
/// threads are taken, `block_in_place` finds none to hand its worker to, which then does not turn.
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
    pub(crate) stalled_after: Option<Duration>,
    pub(crate) stuck_after: Option<Duration>,
    pub(crate) termination_log: Option<PathBuf>,
}

/// The name of the runtime that the checks run on.
pub(crate) const MAIN: &str = "main";

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

    /// Watches another runtime as well, under this name. The one that the checks run on is watched in any case, as `main`. A name
    /// is cut at 100 bytes; no two may be the same.
    ///
    /// A current-thread runtime turns only inside its `block_on`: watch it, and run checks on it, if it is always there. One that
    /// has been shut down is no longer watched.
    pub fn watch(mut self, name: impl Into<String>, runtime: Handle) -> Self {
        let name = bounded_name(name.into().into()).into_owned();
        self.others.push((name, runtime));
        self
    }

    /// How long no worker of a runtime may turn before liveness fails. 60 s by default: twice the usual time-outs of what a blocking
    /// call may wait for. 1 s at least, for a busy machine may take that long.
    ///
    /// Polls that *all* workers spend blocking, one after the other without a pause, look the same from 250 ms each on, unless
    /// requests come and go meanwhile: see above. Move them to `spawn_blocking`.
    pub fn stalled_after(mut self, limit: Duration) -> Self {
        self.stalled_after = Some(limit);
        self
    }

    /// How long one worker may hang in one poll, while others turn, before liveness fails. 300 s by default, or five times
    /// [`stalled_after`](Self::stalled_after), if that is longer; never less than `stalled_after`. More than for all of them, for one
    /// worker delays only what is queued behind it.
    ///
    /// If a worker of the runtime was stuck before and came back by itself, twice as long as it took counts, where that is more, up to twice the limit.
    pub fn stuck_after(mut self, limit: Duration) -> Self {
        self.stuck_after = Some(limit);
        self
    }

    /// Where to write why liveness failed, for whoever looks at the restart. `/dev/termination-log` by default, which Kubernetes
    /// shows with `kubectl describe pod`. Written only where the file exists; emptied if liveness recovers, unless a
    /// shutdown has begun by then.
    pub fn termination_log(mut self, path: impl AsRef<Path>) -> Self {
        self.termination_log = Some(path.as_ref().to_owned());
        self
    }

    pub(crate) fn limits(&self) -> Limits {
        let stalled_after = self.stalled_after.unwrap_or(DEAD);
        let longer = stalled_after.saturating_mul(PATIENCE_WITH_ONE).max(STUCK);
        let stuck_after = self.stuck_after.unwrap_or(longer);
        Limits {
            stalled_after,
            stuck_after,
        }
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
