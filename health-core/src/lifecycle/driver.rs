use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "heartbeat")]
use tokio::time::Instant;
use tokio::time::{sleep_until, timeout};

use crate::lifecycle::{Latch, Phase};
use crate::snapshot::Hub;
use crate::traffic::{Connections, InFlight};

/// For requests that were ended at the deadline to tell their clients, before their connections are ended as well.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// For connections that were ended to be gone: they only have to be woken.
const ENDING: Duration = Duration::from_millis(500);

/// Walks through the drain, once it has been requested: lame duck, closing, and closed.
///
/// Driven by a task, and by each `run`: whatever it does twice changes nothing.
///
/// 1. The lame duck ends early if every server has ended: nobody is left to accept.
/// 2. Nothing in flight means closed only once no server runs any more: until then, a request may be on its way.
/// 3. What is left at the deadline is noted first and ended then, so that the report names it; and nobody waits longer than a
///    second for the end.
/// 4. Memberships are given back once nothing is in flight any more: until then, work may be done under them. The deadline holds for that,
///    too.
/// 5. Connections are looked at before what is in flight on them: when the last has gone, no request comes any more. They are ended
///    after it, so that an answer, or the trailers of gRPC, still go out.
pub(crate) async fn drive(
    hub: Arc<Hub>,
    latch: Arc<Latch>,
    in_flight: InFlight,
    connections: Connections,
) {
    let shutdown = latch.requested().await;
    in_flight.begin_drain(shutdown.began, shutdown.closing);
    tokio::select! {
        biased;
        () = latch.forced() => {}
        () = latch.servers.all_ended() => {}
        () = latch.quiet() => {}
        () = sleep_until(shutdown.closing) => {}
    }
    hub.advance(Phase::Closing);
    if latch.refuses_while_closing() {
        in_flight.refuse();
    }
    latch.closing.cancel();
    connections.close();
    let ended = async || {
        latch.servers.none_runs().await;
        connections.idle().await;
        in_flight.idle().await;
    };
    let in_time = tokio::select! {
        biased;
        () = ended() => true,
        () = latch.forced() => false,
        () = sleep_until(shutdown.deadline) => false,
    };
    if !in_time {
        latch.give_up(in_flight, &connections);
        if timeout(LAST_WORDS, ended()).await.is_err() {
            connections.end();
            let _gone = timeout(ENDING, ended()).await;
        }
    }
    #[cfg(feature = "heartbeat")]
    leave(&hub, &latch, in_time.then_some(shutdown.deadline)).await;
    hub.advance(Phase::Closed);
}

/// Leaves the lists of all coordinators; where the drain has not ended in time, that still gets a moment.
#[cfg(feature = "heartbeat")]
async fn leave(hub: &Hub, latch: &Latch, deadline: Option<Instant>) {
    let least = Instant::now() + LAST_WORDS;
    let by = deadline.map_or(least, |deadline| deadline.max(least));
    let forced = async {
        match deadline {
            Some(_) => latch.forced().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        () = hub.vitals().hearts().leave(by) => {}
        () = forced => {}
    }
}
