use http::{Method, Request, Response};

use crate::paths::Turn;
use crate::token::Token;
use crate::{Phase, ProbeBody, WeakHealth, answer};

/// What a layer keeps for its switch. It is leaked, and so must not keep the checks running.
#[derive(Debug)]
pub(crate) struct Lever {
    pub(crate) token: Token,
    pub(crate) health: WeakHealth,
}

impl Lever {
    /// Whether this request may turn it. What may not is the application's.
    #[cold]
    pub(crate) fn opens<B>(&self, request: &Request<B>) -> bool {
        *request.method() == Method::POST && self.token.opens(request.headers())
    }

    fn turn(&self, turn: Turn) -> Option<Phase> {
        let health = self.health.upgrade()?;
        match turn {
            Turn::Drain => {
                tracing::info!(target: "health", "the drain switch is used: maintenance");
                health.begin_drain();
            }
            Turn::Resume => {
                tracing::info!(target: "health", "the drain switch is used: resume");
                health.resume();
            }
        }
        Some(health.snapshot().phase())
    }
}

/// Turns it, and tells where that has led.
pub(crate) fn turn(lever: Option<&Lever>, wanted: Turn) -> Response<ProbeBody> {
    let phase = lever.and_then(|lever| lever.turn(wanted));
    // Without a `Health`, nothing is left to drain or to resume.
    let phase = phase.unwrap_or(Phase::Closed);
    let drains = phase >= Phase::Draining;
    answer::switched(phase, drains == (wanted == Turn::Drain))
}
