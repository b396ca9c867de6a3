use std::future::pending;
use std::sync::Arc;

use tokio::sync::watch;

use crate::lifecycle::Phase;
use crate::snapshot::Published;
use crate::traffic::InFlight;

/// Waits for a moment in which the service drains and nothing is in flight. `resume` begins the wait anew.
pub(crate) async fn drained(mut published: watch::Receiver<Arc<Published>>, in_flight: InFlight) {
    let drains = |now: &Arc<Published>| now.phase() >= Phase::Draining;
    loop {
        if published.wait_for(drains).await.is_err() {
            // The last handle is gone, and nobody can begin a drain any more.
            pending::<()>().await;
        }
        let resumed = async {
            if published.wait_for(|now| !drains(now)).await.is_err() {
                pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            () = in_flight.idle() => return,
            () = resumed => {}
        }
    }
}
