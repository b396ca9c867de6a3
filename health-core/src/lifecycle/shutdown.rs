use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::lifecycle::policy::{DrainPolicy, Timeline};
use crate::lifecycle::report::Trigger;

/// The latch behind a shutdown: set once, never taken back.
///
/// 1. The first request decides the trigger and the times; later ones don't move them.
/// 2. `force` ends it now, also one that was never requested.
#[derive(Debug)]
pub(crate) struct Shutdown {
    policy: DrainPolicy,
    request: watch::Sender<Option<Request>>,
    forced: CancellationToken,
    pub(crate) closing: CancellationToken,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    pub(crate) trigger: Trigger,
    pub(crate) timeline: Timeline,
}

impl Shutdown {
    pub(crate) fn new(policy: DrainPolicy) -> Self {
        Self {
            policy,
            request: watch::Sender::new(None),
            forced: CancellationToken::new(),
            closing: CancellationToken::new(),
        }
    }

    /// `true` for the first request.
    pub(crate) fn request(&self, trigger: Trigger, skip_lame_duck: bool) -> bool {
        self.request.send_if_modified(|request| {
            let first = request.is_none();
            if first {
                let timeline = self.policy.timeline(Instant::now(), skip_lame_duck);
                *request = Some(Request { trigger, timeline });
            }
            first
        })
    }

    pub(crate) fn was_requested(&self) -> bool {
        self.request.borrow().is_some()
    }

    /// Waits for the first request.
    pub(crate) async fn requested(&self) -> Request {
        let mut requests = self.request.subscribe();
        loop {
            if let Some(request) = *requests.borrow_and_update() {
                return request;
            }
            // The sender is `self`: it can't have gone.
            let _changed = requests.changed().await;
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
