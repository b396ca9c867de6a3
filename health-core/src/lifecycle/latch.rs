use std::sync::Arc;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::lifecycle::{DrainPolicy, Shutdown, Trigger};
use crate::snapshot::Hub;

/// Begins a shutdown, once, and ends it early if asked to.
///
/// 1. Phase and plan are set together, under the hub's lock: whoever learns of the shutdown finds readiness down.
/// 2. The first request decides trigger and times; later ones don't move them.
/// 3. `force` ends it now, also one that was never requested.
#[derive(Debug)]
pub(crate) struct Latch {
    hub: Arc<Hub>,
    policy: DrainPolicy,
    forced: CancellationToken,
    pub(crate) closing: CancellationToken,
}

impl Latch {
    pub(crate) fn new(hub: Arc<Hub>, policy: DrainPolicy) -> Self {
        Self {
            hub,
            policy,
            forced: CancellationToken::new(),
            closing: CancellationToken::new(),
        }
    }

    /// `true` for the first request.
    pub(crate) fn request(&self, trigger: Trigger, skip_lame_duck: bool) -> bool {
        let plan = self.policy.plan(trigger, Instant::now(), skip_lame_duck);
        self.hub.shut_down(plan)
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

    pub(crate) fn force(&self) {
        self.forced.cancel();
    }

    pub(crate) fn is_forced(&self) -> bool {
        self.forced.is_cancelled()
    }

    pub(crate) async fn forced(&self) {
        self.forced.cancelled().await;
    }
}
