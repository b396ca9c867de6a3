use crate::Probe;
use crate::check::Outcome;
use crate::runner::CheckState;
use crate::snapshot::ledger::Move;
use crate::snapshot::view::Published;
use crate::snapshot::{Cause, CheckReport};

/// Emits one `tracing` event for each transition, under the target `health`; nothing where nothing changed.
///
/// What went down is a warning, what came back an information, and the first success of a check is for debugging.
pub(crate) fn emit(before: &Published, after: &Published, moves: &[Move]) {
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
