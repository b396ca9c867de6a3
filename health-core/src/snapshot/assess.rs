use crate::lifecycle::Phase;
use crate::runner::CheckState;
use crate::{Probe, ProbeStatus};

/// How the checks of one probe stand. Only critical ones count for its status.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) declared: usize,
    pub(crate) pending: usize,
    pub(crate) down: usize,
}

impl Tally {
    /// Counts a critical check that changed its state.
    pub(crate) fn moved(&mut self, from: CheckState, to: CheckState) {
        if let Some(count) = self.count(from) {
            *count -= 1;
        }
        if let Some(count) = self.count(to) {
            *count += 1;
        }
    }

    fn count(&mut self, state: CheckState) -> Option<&mut usize> {
        match state {
            CheckState::Pending => Some(&mut self.pending),
            CheckState::Down => Some(&mut self.down),
            CheckState::Up => None,
        }
    }

    fn all_up(&self) -> bool {
        self.pending == 0 && self.down == 0
    }
}

/// The four questions, answered. The only place that turns signals into a status.
///
/// 1. Liveness is down only through its own checks: not by phase, not by a check that has not run yet, not by readiness.
/// 2. Readiness is up only while serving, and only if every critical check has succeeded.
/// 3. Start-up is up from the moment the phase has left `Starting` through success; see [`started`].
/// 4. External is absent where nothing was declared.
pub(crate) fn assess(probe: Probe, phase: Phase, started: bool, tally: &Tally) -> ProbeStatus {
    let up = match probe {
        Probe::Liveness => tally.down == 0,
        Probe::Readiness => phase == Phase::Serving && tally.all_up(),
        Probe::Startup => started,
        Probe::External if tally.declared == 0 => return ProbeStatus::Absent,
        Probe::External => tally.all_up(),
    };
    if up {
        ProbeStatus::Up
    } else {
        ProbeStatus::Down
    }
}

/// Whether start-up has succeeded; the caller latches it.
pub(crate) fn started(startup: &Tally) -> bool {
    startup.all_up()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PENDING: Tally = Tally {
        declared: 1,
        pending: 1,
        down: 0,
    };
    const DOWN: Tally = Tally {
        declared: 1,
        pending: 0,
        down: 1,
    };
    const UP: Tally = Tally {
        declared: 1,
        pending: 0,
        down: 0,
    };

    fn up(probe: Probe, phase: Phase, tally: &Tally) -> bool {
        assess(probe, phase, true, tally).is_up()
    }

    #[test]
    fn conflated_signals_liveness_ignores_phase_and_pending_checks() {
        for phase in [
            Phase::Starting,
            Phase::Serving,
            Phase::Draining,
            Phase::Closing,
            Phase::Closed,
        ] {
            assert!(up(Probe::Liveness, phase, &UP));
            assert!(up(Probe::Liveness, phase, &PENDING));
            assert!(!up(Probe::Liveness, phase, &DOWN));
        }
    }

    #[test]
    fn readiness_needs_serving_and_every_check() {
        assert!(up(Probe::Readiness, Phase::Serving, &UP));
        assert!(!up(Probe::Readiness, Phase::Serving, &PENDING));
        assert!(!up(Probe::Readiness, Phase::Serving, &DOWN));
        for phase in [
            Phase::Starting,
            Phase::Draining,
            Phase::Closing,
            Phase::Closed,
        ] {
            assert!(!up(Probe::Readiness, phase, &UP), "{phase}");
        }
    }

    #[test]
    fn external_is_never_vacuously_up() {
        let nothing = Tally::default();
        let status = assess(Probe::External, Phase::Serving, true, &nothing);
        assert_eq!(status, ProbeStatus::Absent);
        assert!(!up(Probe::External, Phase::Serving, &PENDING));
        assert!(up(Probe::External, Phase::Serving, &UP));
    }
}
