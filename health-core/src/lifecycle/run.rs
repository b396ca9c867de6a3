use std::future::{Future, pending};
use std::io::IsTerminal;
use std::pin::{Pin, pin};

use tokio::time::sleep_until;

use crate::Health;
use crate::lifecycle::signals::Signals;
use crate::lifecycle::{DrainReport, Phase, Trigger};

/// Runs a server to its end, with the drain between the first signal and that end.
///
/// 1. The server is polled throughout, until it ends or is given up.
/// 2. An error of the server is returned at once; readiness is down by then.
/// 3. It ends when the server has ended *and* nothing is in flight; else at the deadline, or with a second signal.
pub(crate) async fn run<F, E>(health: &Health, server: F) -> Result<DrainReport, E>
where
    F: Future<Output = Result<(), E>>,
{
    let mut server = pin!(server);
    let mut signals = pin!(follow_signals(health));
    let early = tokio::select! {
        ended = &mut server => Some(ended),
        () = &mut signals => None,
        _ = health.latch().requested() => None,
    };
    let server_ended = early.is_some();
    if let Some(ended) = early {
        health.latch().request(Trigger::ServerEnded, true);
        ended.inspect_err(|_| health.latch().force())?;
    }
    let server_ended = finish(health, server, signals, server_ended).await?;
    let report = report(health, server_ended).await;
    if report.is_clean() {
        tracing::info!(target: "health", clean = true, "{report}");
    } else {
        tracing::warn!(target: "health", clean = false, remaining = report.remaining, "{report}");
    }
    Ok(report)
}

/// From the request to shut down to the end. Gives whether the server ended by itself.
///
/// The deadline is kept here too: the phases may be driven by a runtime that is gone.
async fn finish<F, E>(
    health: &Health,
    mut server: Pin<&mut F>,
    mut signals: Pin<&mut impl Future<Output = ()>>,
    mut server_ended: bool,
) -> Result<bool, E>
where
    F: Future<Output = Result<(), E>>,
{
    let latch = health.latch();
    let deadline = latch.requested().await.deadline;
    let mut closed = pin!(health.reached(Phase::Closed));
    let mut is_closed = false;
    while !(server_ended && is_closed) {
        tokio::select! {
            ended = &mut server, if !server_ended => {
                server_ended = true;
                ended?;
            }
            () = &mut closed, if !is_closed => is_closed = true,
            () = &mut signals => {}
            () = latch.forced() => break,
            () = sleep_until(deadline) => break,
        }
    }
    Ok(server_ended)
}

async fn report(health: &Health, server_ended: bool) -> DrainReport {
    let shutdown = health.latch().requested().await;
    let total = shutdown.elapsed();
    let lame_duck = shutdown.lame_duck().min(total);
    DrainReport {
        trigger: shutdown.trigger,
        lame_duck,
        closing: total - lame_duck,
        remaining: health.in_flight().count(),
        server_ended,
        forced: health.latch().is_forced(),
    }
}

/// The first signal begins the shutdown, a second one ends it now. Never resolves.
async fn follow_signals(health: &Health) {
    let mut signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(error) => {
            tracing::error!(target: "health", %error, "can't listen for SIGTERM and ctrl-c; the service won't drain on them");
            return pending().await;
        }
    };
    loop {
        let trigger = signals.next().await;
        let at_a_terminal = trigger == Trigger::Interrupt && std::io::stdin().is_terminal();
        if !health.latch().request(trigger, at_a_terminal) {
            health.latch().force();
        }
    }
}
