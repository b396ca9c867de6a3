use std::sync::Arc;

use tokio::time::sleep_until;

use crate::lifecycle::{Latch, Phase};
use crate::snapshot::Hub;
use crate::traffic::InFlight;

/// Walks through the drain, once it has been requested: lame duck, closing, and closed.
///
/// Driven by a task, and by each `run`: whatever it does twice changes nothing.
///
/// 1. The lame duck ends early if every server has ended: nobody is left to accept.
/// 2. Nothing in flight means closed only once no server runs any more: until then, a request may be on its way.
pub(crate) async fn drive(hub: Arc<Hub>, latch: Arc<Latch>, in_flight: InFlight) {
    let shutdown = latch.requested().await;
    tokio::select! {
        biased;
        () = latch.forced() => {}
        () = latch.servers.all_ended() => {}
        () = sleep_until(shutdown.closing) => {}
    }
    hub.advance(Phase::Closing);
    latch.closing.cancel();
    let ended = async {
        latch.servers.none_runs().await;
        in_flight.idle().await;
    };
    tokio::select! {
        biased;
        () = ended => {}
        () = latch.forced() => {}
        () = sleep_until(shutdown.deadline) => {}
    }
    hub.advance(Phase::Closed);
}
