use super::*;

/// In real time: what leaves is on another thread.
fn policy(lame_duck: u64, deadline: u64) -> DrainPolicy {
    let [lame_duck, deadline] = [lame_duck, deadline].map(Duration::from_millis);
    DrainPolicy::default()
        .lame_duck(lame_duck)
        .deadline(deadline)
}

fn started(runtime: &Runtime, policy: DrainPolicy) -> Health {
    let health = builder().drain(policy).runtime(runtime.handle().clone());
    health.start().unwrap()
}

/// A server that ends when it should.
fn server(health: &Health) -> impl Future<Output = Result<(), std::io::Error>> + use<> {
    let closing = health.closing();
    async move {
        closing.await;
        Ok(())
    }
}

#[test]
fn readiness_that_is_down_stops_no_beat_and_a_drain_ends_with_leaving() {
    let runtime = runtime(1);
    let health = started(&runtime, policy(500, 20_000));
    let coordinator = InMemory::new();
    let membership = heartbeat(coordinator.clone()).start(&health).unwrap();
    let tenure = runtime.block_on(membership.joined()).unwrap();
    let hold = health.hold();
    let running = runtime.spawn({
        let health = health.clone();
        async move { health.run(server(&health)).await }
    });
    health.shutdown();
    assert!(!ready(&health));
    until(|| {
        let members = coordinator.members();
        members
            .iter()
            .any(|member| member.vitals().phase() == Phase::Draining)
    });
    until(|| health.snapshot().phase() == Phase::Closing);
    let beats = membership.report().acked();
    until(|| membership.report().acked() > beats + 2);
    assert!(tenure.is_member(), "what is in flight is done under it");

    drop(hold);
    let report = runtime.block_on(running).unwrap().unwrap();
    assert!(report.is_clean());
    assert!(!tenure.is_member());
    assert!(coordinator.members().is_empty(), "before `run` returned");
    assert_eq!(membership.state(), HeartbeatState::Left);
}

#[test]
fn a_leave_that_hangs_does_not_hold_the_drain_beyond_its_deadline() {
    let runtime = runtime(1);
    let health = started(&runtime, policy(0, 1000));
    let coordinator = InMemory::new();
    coordinator.inject(Step::Leave, Fault::Hang, usize::MAX);
    // The thread then waits for far longer than the drain.
    let patient = heartbeat(coordinator.clone())
        .ttl(600 * SECOND)
        .ack_timeout(200 * SECOND);
    let membership = patient.start(&health).unwrap();
    runtime.block_on(membership.joined()).unwrap();
    health.shutdown();
    let report = runtime.block_on(health.run(server(&health))).unwrap();
    assert!(report.is_clean());
    assert_eq!(health.snapshot().phase(), Phase::Closed);
    // The thread itself waits for longer than that: it has not come to an end, nor given up.
    assert_eq!(membership.report().problem(), None);
    assert!(!membership.is_member());
}

#[test]
fn a_drain_that_is_given_up_still_leaves() {
    let runtime = runtime(1);
    let health = started(&runtime, policy(0, 200));
    let coordinator = InMemory::new();
    let membership = heartbeat(coordinator.clone()).start(&health).unwrap();
    runtime.block_on(membership.joined()).unwrap();
    let _hold = health.hold();
    health.shutdown();
    let report = runtime.block_on(health.run(server(&health))).unwrap();
    assert!(!report.is_clean());
    until(|| coordinator.members().is_empty());
}

#[test]
fn who_is_started_after_the_end_has_left() {
    let runtime = runtime(1);
    let health = started(&runtime, policy(0, 1000));
    health.shutdown();
    runtime.block_on(health.run(server(&health))).unwrap();
    let coordinator = InMemory::new();
    let membership = heartbeat(coordinator.clone()).start(&health).unwrap();
    assert!(runtime.block_on(membership.joined()).is_none());
    assert_eq!(coordinator.beats(), 0);
}
