//! Waiting for what must happen: long enough for any machine, and never for ever.

use std::future::Future;
use std::time::Duration;

use health_tower::{Health, Snapshot};
use tokio::time::{sleep, timeout};

const PATIENCE: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// Awaits a future; where it doesn't come, panics with what was waited for.
pub async fn patiently<F: Future>(what: &str, future: F) -> F::Output {
    match timeout(PATIENCE, future).await {
        Ok(output) => output,
        Err(_elapsed) => panic!("waited in vain for {what}"),
    }
}

/// Between two looks at something that nobody announces.
pub async fn pause() {
    sleep(LOOK_AGAIN).await;
}

/// Looks at something that nobody announces, until it holds.
pub async fn until(what: &str, holds: impl Fn() -> bool) {
    let looking = async {
        while !holds() {
            pause().await;
        }
    };
    patiently(what, looking).await;
}

/// Follows the snapshots until one satisfies.
pub async fn until_snapshot(health: &Health, what: &str, satisfies: impl Fn(&Snapshot) -> bool) {
    let following = async {
        let mut subscription = health.subscribe();
        let mut snapshot = subscription.latest();
        while !satisfies(&snapshot) {
            snapshot = subscription.changed().await.expect("there is a `Health`");
        }
    };
    patiently(what, following).await;
}

/// Waits until nothing is in flight.
pub async fn until_idle(health: &Health) {
    until("nothing in flight", || health.in_flight().count() == 0).await;
}
