use crate::lifecycle::Phase;
use crate::runner::CheckState;
use crate::{Probe, ProbeStatus};

/// How the checks of one probe, or of a part, stand. Of a probe, only critical ones count.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) declared: usize,
    pub(crate) pending: usize,
    pub(crate) down: usize,
}

impl Tally {
    /// Counts a critical check that has not run yet.
    pub(crate) fn add_pending(&mut self) {
        self.declared += 1;
        self.pending += 1;
    }

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

    pub(crate) fn all_up(&self) -> bool {
        self.pending == 0 && self.down == 0
    }

    /// Of checks that are in these states.
    pub(crate) fn of(states: impl Iterator<Item = CheckState>) -> Self {
        let mut tally = Self::default();
        for state in states {
            tally.declared += 1;
            tally.moved(CheckState::Up, state);
        }
        tally
    }
}

/// What is known besides checks and phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Start-up has succeeded.
    pub(crate) started: bool,
    /// A lame duck stays ready: the policy says so.
    pub(crate) stays_ready: bool,
    /// The application has reported a fatal error lately.
    pub(crate) fatal: bool,
    /// The watchdog has found what a restart would cure.
    pub(crate) faulty: bool,
    /// A membership that the service needs does not hold.
    pub(crate) outside: bool,
}

impl Facts {
    /// Whether the lifecycle has nothing against traffic. A lame duck that never started has not become ready by it.
    fn accept(self, phase: Phase) -> bool {
        match phase {
            Phase::Serving => true,
            Phase::Draining => self.stays_ready && self.started,
            Phase::Starting | Phase::Closing | Phase::Closed => false,
        }
    }
}

/// The four questions, answered. The only place that turns signals into a status.
///
/// 1. Liveness is down only through its own checks and the watchdog: not by phase, not by a check that has not run yet, not by
///    readiness.
/// 2. Readiness is up only while serving (or, where the policy says so, as a lame duck), only if every critical check has
///    succeeded, not after a recent fatal error, and not while a membership that the service needs does not hold.
/// 3. Start-up is up once it has succeeded, whatever comes later.
/// 4. External is absent where nothing was declared.
pub(crate) fn assess(probe: Probe, phase: Phase, facts: Facts, tally: &Tally) -> ProbeStatus {
    let up = match probe {
        Probe::Liveness => tally.down == 0 && !facts.faulty,
        Probe::Readiness => facts.accept(phase) && tally.all_up() && !facts.fatal && !facts.outside,
        Probe::Startup => facts.started,
        Probe::External if tally.declared == 0 => return ProbeStatus::Absent,
        Probe::External => tally.all_up(),
    };
    if up {
        ProbeStatus::Up
    } else {
        ProbeStatus::Down
    }
}

/// A part of the service: as readiness, with the checks that it needs in the place of all critical ones.
pub(crate) fn assess_part(phase: Phase, facts: Facts, tally: &Tally) -> ProbeStatus {
    assess(Probe::Readiness, phase, facts, tally)
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

    const STARTED: Facts = Facts {
        started: true,
        stays_ready: false,
        fatal: false,
        faulty: false,
        outside: false,
    };

    fn up(probe: Probe, phase: Phase, tally: &Tally) -> bool {
        assess(probe, phase, STARTED, tally).is_up()
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
    fn a_lame_duck_that_stays_ready_follows_its_checks_and_ends_with_it() {
        let stays = Facts {
            stays_ready: true,
            ..STARTED
        };
        let ready = |phase, facts, tally| assess(Probe::Readiness, phase, facts, tally).is_up();
        assert!(ready(Phase::Draining, stays, &UP));
        assert!(!ready(Phase::Draining, stays, &DOWN));
        for phase in [Phase::Starting, Phase::Closing, Phase::Closed] {
            assert!(!ready(phase, stays, &UP), "{phase}");
        }
        let never_started = Facts {
            started: false,
            ..stays
        };
        assert!(!ready(Phase::Draining, never_started, &UP));
    }

    #[test]
    fn a_fatal_error_is_about_readiness_only() {
        let fatal = Facts {
            fatal: true,
            ..STARTED
        };
        for probe in [Probe::Liveness, Probe::Startup, Probe::External] {
            assert!(assess(probe, Phase::Serving, fatal, &UP).is_up(), "{probe}");
        }
        assert!(!assess(Probe::Readiness, Phase::Serving, fatal, &UP).is_up());
    }

    #[test]
    fn a_fault_of_the_process_is_about_liveness_only() {
        let faulty = Facts {
            faulty: true,
            ..STARTED
        };
        for probe in [Probe::Readiness, Probe::Startup, Probe::External] {
            assert!(
                assess(probe, Phase::Serving, faulty, &UP).is_up(),
                "{probe}"
            );
        }
        assert!(!assess(Probe::Liveness, Phase::Serving, faulty, &UP).is_up());
    }

    #[test]
    fn membership_that_is_needed_is_about_readiness_only() {
        let outside = Facts {
            outside: true,
            ..STARTED
        };
        for probe in [Probe::Liveness, Probe::Startup, Probe::External] {
            assert!(
                assess(probe, Phase::Serving, outside, &UP).is_up(),
                "{probe}"
            );
        }
        assert!(!assess(Probe::Readiness, Phase::Serving, outside, &UP).is_up());
    }

    #[test]
    fn external_is_never_vacuously_up() {
        let nothing = Tally::default();
        let status = assess(Probe::External, Phase::Serving, STARTED, &nothing);
        assert_eq!(status, ProbeStatus::Absent);
        assert!(!up(Probe::External, Phase::Serving, &PENDING));
        assert!(up(Probe::External, Phase::Serving, &UP));
    }
}
