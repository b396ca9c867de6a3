//! What follows from what a snapshot shows: the four questions, answered once more, from the checks alone.

use health_tower::{CheckReport, CheckState, Impact, Phase, Probe, Snapshot};

/// How many checks keep the probe down.
pub(crate) fn failing(now: &Snapshot, probe: Probe) -> usize {
    let decides =
        |check: &&CheckReport| check.probe() == probe && check.impact() == Impact::Critical;
    let fails = |check: &&CheckReport| match check.state() {
        CheckState::Up => false,
        // What has not run yet is no reason for a restart.
        CheckState::Pending => probe != Probe::Liveness,
        _ => true,
    };
    now.checks().filter(decides).filter(fails).count()
}

/// What the probe must be at this moment.
pub(crate) fn must_be_up(now: &Snapshot, probe: Probe) -> bool {
    let checks = failing(now, probe) == 0;
    match probe {
        Probe::Liveness => checks && now.faults().next().is_none(),
        Probe::Readiness => {
            let fatal = now.fatal_errors().next().is_some();
            checks && now.phase() == Phase::Serving && !fatal
        }
        _ => checks,
    }
}
