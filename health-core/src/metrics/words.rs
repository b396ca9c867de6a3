//! All values that a label may have, where these are known: a series that is not there can't be told from one that is 0.

use crate::{AdviceKind, FaultKind, Phase, Rule, Verdict};

pub(crate) const PHASES: [Phase; 5] = [
    Phase::Starting,
    Phase::Serving,
    Phase::Draining,
    Phase::Closing,
    Phase::Closed,
];

pub(crate) const VERDICTS: [Verdict; 5] = [
    Verdict::Healthy,
    Verdict::Degraded,
    Verdict::Overloaded,
    Verdict::Gray,
    Verdict::Down,
];

pub(crate) const RULES: [Rule; 12] = [
    Rule::RuntimeStalled,
    Rule::Fault,
    Rule::Fatal,
    Rule::Check,
    Rule::QueueWait,
    Rule::Sheds,
    Rule::Failures,
    Rule::NoProgress,
    Rule::StuckWorker,
    Rule::External,
    Rule::Suspect,
    Rule::Latency,
];

pub(crate) const ADVICE: [AdviceKind; 4] = [
    AdviceKind::NobodyAsksReadiness,
    AdviceKind::RoutesByAnotherProbe,
    AdviceKind::ReadinessAtTwoPaths,
    AdviceKind::LameDuckTooShort,
];

pub(crate) const FAULTS: [FaultKind; 4] = [
    FaultKind::RuntimeStalled,
    FaultKind::WorkerStuck,
    FaultKind::PulseOverdue,
    FaultKind::PulseDied,
];

/// The names of [`PulseState`](crate::PulseState).
pub(crate) const PULSES: [&str; 4] = ["waiting", "working", "overdue", "died"];

#[cfg(feature = "heartbeat")]
pub(crate) const HEARTBEATS: [crate::HeartbeatState; 6] = [
    crate::HeartbeatState::Joining,
    crate::HeartbeatState::Member,
    crate::HeartbeatState::Withheld,
    crate::HeartbeatState::Stalled,
    crate::HeartbeatState::Fenced,
    crate::HeartbeatState::Left,
];

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::PulseState;

    /// A variant that is new doesn't compile here, until somebody has looked at the lists.
    #[test]
    fn the_lists_are_complete() {
        for phase in PHASES {
            use Phase::*;
            match phase {
                Starting | Serving | Draining | Closing | Closed => {}
            }
        }
        for verdict in VERDICTS {
            use Verdict::*;
            match verdict {
                Healthy | Degraded | Overloaded | Gray | Down => {}
            }
        }
        for rule in RULES {
            use Rule::*;
            match rule {
                RuntimeStalled | Fault | Fatal | Check | QueueWait | Sheds | Failures
                | NoProgress | StuckWorker | External | Suspect | Latency => {}
            }
        }
        for kind in ADVICE {
            use AdviceKind::*;
            match kind {
                NobodyAsksReadiness | RoutesByAnotherProbe | ReadinessAtTwoPaths
                | LameDuckTooShort => {}
            }
        }
        for kind in FAULTS {
            use FaultKind::*;
            match kind {
                RuntimeStalled | WorkerStuck | PulseOverdue | PulseDied => {}
            }
        }
        #[cfg(feature = "heartbeat")]
        for state in HEARTBEATS {
            use crate::HeartbeatState::*;
            match state {
                Joining | Member | Withheld | Stalled | Fenced | Left => {}
            }
        }
        let (what, so_long) = ("work", Duration::ZERO);
        for (state, name) in [
            PulseState::Waiting,
            PulseState::Working { what, so_long },
            PulseState::Overdue { what, so_long },
            PulseState::Died { ago: so_long },
        ]
        .iter()
        .zip(PULSES)
        {
            match state {
                PulseState::Waiting
                | PulseState::Working { .. }
                | PulseState::Overdue { .. }
                | PulseState::Died { .. } => assert_eq!(state.name(), name),
            }
        }
    }
}
