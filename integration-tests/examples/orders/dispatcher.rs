//! The task in the background that ships orders.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use health_tower::{Health, InProcess};
use tokio::sync::broadcast;
use tokio::time::{interval, timeout};

use crate::database::Database;
use crate::proto::Order;

/// Ships one order a turn, and tells whoever watches.
///
/// 1. It turns whether or not there is something to ship: an idle dispatcher is alive.
/// 2. A turn ends in time, whatever the database does: else liveness would hang on the database after all.
/// 3. It turns to the very end: a service that drains is alive, too.
#[derive(Debug)]
pub(crate) struct Dispatcher {
    started: Instant,
    /// Milliseconds from `started`.
    last_turn: AtomicU64,
    shipped: broadcast::Sender<Order>,
}

/// Memory of this process and nothing else, so that a liveness check may look at it.
impl InProcess for Dispatcher {}

impl Dispatcher {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            last_turn: AtomicU64::new(0),
            shipped: broadcast::Sender::new(64),
        }
    }

    /// Orders that are shipped from now on.
    pub(crate) fn watch(&self) -> broadcast::Receiver<Order> {
        self.shipped.subscribe()
    }

    pub(crate) fn since_last_turn(&self) -> Duration {
        let last_turn = Duration::from_millis(self.last_turn.load(Ordering::Relaxed));
        self.started.elapsed().saturating_sub(last_turn)
    }

    pub(crate) async fn run(self: Arc<Self>, database: Database, health: Health) {
        let closing = health.closing();
        let mut turns = interval(Duration::from_millis(500));
        loop {
            turns.tick().await;
            self.turned();
            if closing.is_closing() {
                continue;
            }
            // No response body covers this work. Held, it counts as in flight, and a drain waits for it.
            let _hold = health.hold();
            if let Ok(shipped) = timeout(Duration::from_secs(1), database.ship_next()).await {
                self.tell(shipped);
            }
        }
    }

    fn turned(&self) {
        let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_turn.store(now, Ordering::Relaxed);
    }

    fn tell(&self, shipped: Result<Option<Order>, sqlx::Error>) {
        match shipped {
            Ok(Some(order)) => {
                tracing::info!(id = order.id, item = order.item, "shipped");
                let _nobody_watches = self.shipped.send(order);
            }
            Ok(None) => {}
            // That the database is down is the check's to say, once; here it would be said at every turn.
            Err(error) => tracing::debug!(%error, "nothing could be shipped"),
        }
    }
}
