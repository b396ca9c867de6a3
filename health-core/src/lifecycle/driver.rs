use std::sync::Arc;

use tokio::time::sleep_until;

use crate::lifecycle::{Phase, Shutdown};
use crate::snapshot::Hub;
use crate::traffic::InFlight;

/// Walks through the drain, once it has been requested: lame duck, closing, and closed as soon as nothing is in flight.
pub(crate) async fn drive(hub: Arc<Hub>, shutdown: Arc<Shutdown>, in_flight: &'static InFlight) {
    let timeline = shutdown.requested().await.timeline;
    tokio::select! {
        biased;
        () = shutdown.forced() => {}
        () = sleep_until(timeline.closing) => {}
    }
    hub.advance(Phase::Closing);
    shutdown.closing.cancel();
    tokio::select! {
        biased;
        () = in_flight.idle() => {}
        () = shutdown.forced() => {}
        () = sleep_until(timeline.deadline) => {}
    }
    hub.advance(Phase::Closed);
}
