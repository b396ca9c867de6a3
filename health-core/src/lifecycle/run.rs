use std::future::Future;
use std::pin::pin;

use tokio::time::Instant;

use crate::Health;
use crate::lifecycle::{DrainReport, Trigger};

/// Runs a server to its end, with the drain between the first signal and that end.
///
/// 1. The server is polled until it ends or is given up.
/// 2. An error of the server is returned at once: readiness is down by then, and other servers drain.
/// 3. It ends when every server has ended *and then* nothing is in flight; else at the deadline, or with a second signal.
pub(crate) async fn run<F, E>(health: &Health, server: F) -> Result<DrainReport, E>
where
    F: Future<Output = Result<(), E>>,
{
    let latch = health.latch();
    latch.listen();
    let mut running = Some(latch.servers.started());
    let mut server = pin!(server);
    // Driven here too: the runtime that drives the phases may be gone, and a later run has its own end to wait for.
    let mut driven = pin!(health.drive());
    loop {
        tokio::select! {
            ended = &mut server, if running.is_some() => {
                latch.request(Trigger::ServerEnded, false);
                ended?;
                running = None;
            }
            () = &mut driven => break,
        }
    }
    let report = report(health, running.is_none()).await;
    let seconds = (report.lame_duck + report.closing).as_secs_f64();
    if report.is_clean() {
        tracing::info!(target: "health", clean = true, seconds, "{report}");
    } else {
        tracing::warn!(target: "health", clean = false, seconds, remaining = report.remaining, connections = report.connections, "{report}");
    }
    Ok(report)
}

async fn report(health: &Health, server_ended: bool) -> DrainReport {
    let shutdown = health.latch().requested().await;
    let given_up = health.latch().given_up();
    let end = given_up.at.unwrap_or_else(Instant::now);
    let total = end.saturating_duration_since(shutdown.began);
    let lame_duck = shutdown.lame_duck().min(total);
    DrainReport {
        trigger: shutdown.trigger,
        lame_duck,
        closing: total - lame_duck,
        credit: shutdown.credit,
        remaining: given_up.remaining,
        connections: given_up.connections,
        unfinished: given_up.unfinished,
        open_connections: given_up.open_connections,
        server_ended,
        forced: health.latch().had_second_signal(),
    }
}
