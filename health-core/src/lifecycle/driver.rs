use std::sync::Arc;

use tokio::time::sleep_until;

use crate::lifecycle::{Latch, Phase};
use crate::snapshot::Hub;
use crate::traffic::InFlight;

/// Walks through the drain, once it has been requested: lame duck, closing, and closed as soon as nothing is in flight.
pub(crate) async fn drive(hub: Arc<Hub>, latch: Arc<Latch>, in_flight: &'static InFlight) {
    let shutdown = latch.requested().await;
    tokio::select! {
        biased;
        () = latch.forced() => {}
        () = sleep_until(shutdown.closing) => {}
    }
    hub.advance(Phase::Closing);
    latch.closing.cancel();
    tokio::select! {
        biased;
        () = in_flight.idle() => {}
        () = latch.forced() => {}
        () = sleep_until(shutdown.deadline) => {}
    }
    hub.advance(Phase::Closed);
}
