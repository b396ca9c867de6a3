use health_core::{FaultKind, Probe, PulseState, Watchdog};

use super::{SECOND, kinds, runtime, sharp, until, watched};

#[test]
fn only_an_open_guard_can_be_overdue() {
    let runtime = runtime(1);
    let health = watched(&runtime, sharp());
    let pulse = health.pulse("consumer").overdue_after(SECOND);
    let idle = health.pulse("idle consumer").overdue_after(SECOND);
    let working = pulse.begin("commit");
    let dead = until(&health, |now| !now.status(Probe::Liveness).is_up());
    let said = dead.faults().next().unwrap().to_string();
    assert_eq!(
        said,
        "pulse `consumer` is overdue: `commit` has not ended for 1s"
    );
    let states: Vec<_> = dead.pulses().map(|pulse| pulse.state().name()).collect();
    assert_eq!(states, ["overdue", "waiting"]);
    drop(working);
    until(&health, |now| now.status(Probe::Liveness).is_up());
    pulse.finish();
    idle.finish();
    until(&health, |now| now.pulses().next().is_none());
}

#[test]
fn a_worker_that_died_fails_liveness_unless_another_takes_its_place() {
    let runtime = runtime(1);
    let health = watched(&runtime, sharp());
    let dies = || drop(health.pulse("consumer").overdue_after(SECOND));
    dies();
    let dead = until(&health, |now| !now.status(Probe::Liveness).is_up());
    assert_eq!(kinds(&dead), [FaultKind::PulseDied]);
    let successor = health.pulse("consumer");
    let well = until(&health, |now| now.status(Probe::Liveness).is_up());
    assert!(
        well.pulses()
            .all(|pulse| pulse.state() == PulseState::Waiting)
    );
    successor.finish();
    dies();
    until(&health, |now| !now.status(Probe::Liveness).is_up());
    health.shutdown();
    until(&health, |now| now.status(Probe::Liveness).is_up());
}

#[test]
fn without_a_watchdog_nothing_is_watched() {
    let runtime = runtime(1);
    let health = watched(&runtime, Watchdog::off());
    let pulse = health.pulse("consumer");
    let _working = pulse.begin("commit");
    assert_eq!(health.snapshot().pulses().count(), 0);
    assert_eq!(health.snapshot().runtimes().count(), 0);
}
