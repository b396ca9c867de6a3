use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::lifecycle::servers::Servers;
use crate::lifecycle::signals::{self, Signals};
use crate::lifecycle::{DrainPolicy, DrainWatch, GivenUp, Phase, Shutdown, Trigger, quiet};
use crate::snapshot::{Event, Hub};
use crate::traffic::{Connections, InFlight};

/// Begins a shutdown, once, and ends it early if asked to.
///
/// 1. Phase and plan are set together, under the hub's lock: whoever learns of the shutdown finds readiness down.
/// 2. The first request decides trigger and times; later ones don't move them.
/// 3. `force` ends it now.
/// 4. One task listens to signals, however many servers run.
/// 5. It begins, or is abandoned with the last `Health`: whichever is first decides. A signal that comes at that moment has a drain that
///    is driven to its end, or none.
#[derive(Debug)]
pub(crate) struct Latch {
    hub: Arc<Hub>,
    pub(crate) policy: DrainPolicy,
    pub(crate) watch: DrainWatch,
    forced: CancellationToken,
    pub(crate) closing: CancellationToken,
    given_up: OnceLock<GivenUp>,
    pub(crate) servers: Arc<Servers>,
    second_signal: AtomicBool,
    listener: Mutex<Option<AbortHandle>>,
    fate: OnceLock<Fate>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Begins,
    Abandoned,
}

impl Latch {
    pub(crate) fn new(hub: Arc<Hub>, policy: DrainPolicy) -> Self {
        Self {
            hub,
            policy,
            watch: DrainWatch::leak(Instant::now()),
            forced: CancellationToken::new(),
            closing: CancellationToken::new(),
            given_up: OnceLock::new(),
            servers: Servers::new(),
            second_signal: AtomicBool::new(false),
            listener: Mutex::new(None),
            fate: OnceLock::new(),
        }
    }

    /// The first request counts.
    pub(crate) fn request(&self, trigger: Trigger, skip_lame_duck: bool) {
        if *self.fate.get_or_init(|| Fate::Begins) == Fate::Begins {
            let plan = self.policy.plan(trigger, Instant::now(), skip_lame_duck);
            self.hub.shut_down(plan);
        }
    }

    /// From here on, no shutdown begins: nobody is left to drive it. `false` if one has.
    pub(crate) fn abandon(&self) -> bool {
        *self.fate.get_or_init(|| Fate::Abandoned) == Fate::Abandoned
    }

    /// Waits for the first request.
    pub(crate) async fn requested(&self) -> Shutdown {
        let mut published = self.hub.subscribe();
        loop {
            let shutdown = published.borrow_and_update().shutdown();
            if let Some(shutdown) = shutdown {
                return shutdown;
            }
            // The sender is in the hub, which lives as long as `self`.
            let _changed = published.changed().await;
        }
    }

    pub(crate) fn refuses_while_closing(&self) -> bool {
        self.policy.refuses_while_closing()
    }

    /// Notes what has not ended, and ends what is in flight. Only the first look counts: whoever comes later finds it ended.
    pub(crate) fn give_up(&self, in_flight: InFlight, connections: &Connections) {
        self.note(in_flight, connections);
        in_flight.end();
    }

    /// The same, where that comes late: what was left is logged, for it may be that nobody lives to report it. `false` if somebody
    /// has given up before.
    pub(crate) fn give_up_late(&self, in_flight: InFlight, connections: &Connections) -> bool {
        let first = self.note(in_flight, connections);
        let left = self.given_up();
        if first && left.remaining + left.connections > 0 {
            self.hub.put(Event::StandsStill(left));
        }
        in_flight.end();
        first
    }

    fn note(&self, in_flight: InFlight, connections: &Connections) -> bool {
        let mut first = false;
        self.given_up.get_or_init(|| {
            first = true;
            GivenUp::now(in_flight, connections)
        });
        first
    }

    /// Whether the deadline has passed, and nobody has acted on it.
    pub(crate) fn is_overdue(&self, now: Instant) -> bool {
        let published = self.hub.published();
        let passed = |shutdown: Shutdown| shutdown.deadline <= now;
        published.phase() < Phase::Closed
            && published.shutdown().is_some_and(passed)
            && self.given_up.get().is_none()
    }

    /// What had not ended when the drain was given up; nothing, if it was not.
    pub(crate) fn given_up(&self) -> GivenUp {
        self.given_up.get().cloned().unwrap_or_default()
    }

    /// Waits until the lame duck may end early.
    pub(crate) async fn quiet(&self) {
        quiet(self.watch, self.policy.quiet).await;
    }

    pub(crate) fn force(&self) {
        self.forced.cancel();
    }

    /// Ends it now, because somebody insisted.
    pub(crate) fn second_signal(&self) {
        // Relaxed: read when the drain is over; the token orders it.
        self.second_signal.store(true, Ordering::Relaxed);
        self.force();
    }

    pub(crate) fn had_second_signal(&self) -> bool {
        self.second_signal.load(Ordering::Relaxed)
    }

    pub(crate) async fn forced(&self) {
        self.forced.cancelled().await;
    }

    /// Listens to the process's signals from here on, on the current runtime, for as long as that and a `Health` live. Does
    /// nothing where somebody listens.
    pub(crate) fn listen(self: &Arc<Self>) {
        let mut listener = self.listener.lock().unwrap_or_else(PoisonError::into_inner);
        if listener.as_ref().is_some_and(|task| !task.is_finished()) {
            return;
        }
        match Signals::listen() {
            Ok(signals) => {
                let follow = signals::follow(signals, Arc::downgrade(self));
                let task = Handle::current().spawn(follow).abort_handle();
                *listener = Some(task);
            }
            Err(error) => tracing::error!(
                target: "health", %error,
                "can't listen for SIGTERM and ctrl-c; the service won't drain on them"
            ),
        }
    }
}

impl Drop for Latch {
    fn drop(&mut self) {
        let listener = self
            .listener
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = listener {
            task.abort();
        }
    }
}

#[cfg(all(test, not(health_loom)))]
mod tests;
