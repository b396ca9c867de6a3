use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::Probe;
use crate::check::{Impact, Outcome};
use crate::runner::CheckState;
use crate::snapshot::ledger::Move;
use crate::snapshot::view::Published;
use crate::snapshot::{Cause, CheckReport};

/// One change of the ledger.
#[derive(Debug)]
pub(crate) struct Transition {
    pub(crate) before: Arc<Published>,
    pub(crate) after: Arc<Published>,
    pub(crate) moves: Vec<Move>,
}

/// Changes whose events have not been emitted yet. One caller emits for all, so that a log shows them in their order; a
/// subscriber that changes something while it hears of a change only adds to the queue.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    queue: Mutex<VecDeque<Transition>>,
    emitting: AtomicBool,
}

impl Outbox {
    /// Called under the hub's lock, which gives the order.
    pub(crate) fn put(&self, transition: Transition) {
        self.queue().push_back(transition);
    }

    /// Emits what is there, or leaves it to the one who is at it.
    pub(crate) fn emit(&self) {
        loop {
            // AcqRel: who takes over sees the queue as it was left.
            if self.emitting.swap(true, Ordering::AcqRel) {
                return;
            }
            let emitting = Emitting(&self.emitting);
            while let Some(next) = self.next() {
                emit(&next.before, &next.after, &next.moves);
            }
            drop(emitting);
            // Something may have been put between the last look and the end.
            if self.queue().is_empty() {
                return;
            }
        }
    }

    fn next(&self) -> Option<Transition> {
        self.queue().pop_front()
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<Transition>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A subscriber that panics must not silence all that follows.
struct Emitting<'a>(&'a AtomicBool);

impl Drop for Emitting<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Emits one `tracing` event for each transition, under the target `health`; nothing where nothing changed.
///
/// What went down is a warning, what came back an information, and the first success of a check is for debugging.
fn emit(before: &Published, after: &Published, moves: &[Move]) {
    for Move { index, from } in moves {
        check(*from, after.reports().get(*index));
    }
    if before.phase() != after.phase() {
        let trigger = after.shutdown().map(|shutdown| shutdown.trigger().name());
        let (from, to) = (before.phase().name(), after.phase().name());
        tracing::info!(target: "health", from, to, trigger, "phase is {to}");
    }
    for probe in Probe::ALL {
        let (from, to) = (before.mark(probe).status, after.mark(probe).status);
        if from == to {
            continue;
        }
        let up = to.is_up();
        let (probe, from, to) = (probe.name(), from.name(), to.name());
        if up {
            tracing::info!(target: "health", probe, from, to, "{probe} is {to}");
        } else {
            tracing::warn!(target: "health", probe, from, to, "{probe} is {to}");
        }
    }
}

fn check(before: CheckState, report: &CheckReport) {
    let (name, probe) = (report.name(), report.probe().name());
    let (from, to) = (before.name(), report.state().name());
    let impact = report.impact().name();
    let cause = report.cause().map(Cause::name);
    let reason = report.outcome().and_then(Outcome::reason);
    match (before, report.state()) {
        (_, CheckState::Down) if report.impact() == Impact::Observe => {
            tracing::info!(
                target: "health", check = name, probe, impact, from, to, cause, reason,
                "check `{name}` is down; it is only observed: were it critical, {probe} would be down"
            );
        }
        (_, CheckState::Down) => {
            tracing::warn!(target: "health", check = name, probe, impact, from, to, cause, reason, "check `{name}` is down");
        }
        (CheckState::Down, _) => {
            tracing::info!(target: "health", check = name, probe, impact, from, to, "check `{name}` is {to}");
        }
        _ => {
            tracing::debug!(target: "health", check = name, probe, impact, from, to, "check `{name}` is {to}");
        }
    }
}
