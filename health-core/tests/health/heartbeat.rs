//! Heartbeats on their own threads, in real time: what a paused clock can't show.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use health_core::heartbeat::{
    Ack, Backend, BackendError, Fault, InMemory, Joined, Leaving, Member, Session, Step, Vitals,
};
use health_core::{
    DrainPolicy, Health, Heartbeat, HeartbeatReport, HeartbeatState, Membership, Phase, Snapshot,
    Watchdog,
};
use tokio::runtime::{Builder, Runtime};

use crate::support::{builder, ready};

mod drain;
mod panics;
mod refused;

const SECOND: Duration = Duration::from_secs(1);

fn runtime(workers: usize) -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()
        .unwrap()
}

/// Beats often, so that nobody waits; with a TTL that a busy machine keeps.
fn heartbeat<B: Backend>(backend: B) -> Heartbeat<B> {
    Heartbeat::to(backend)
        .name("orders-1")
        .every(Duration::from_millis(20))
        .ttl(10 * SECOND)
}

/// Waits for what another thread will do, in real time.
fn until(wanted: impl Fn() -> bool) {
    let began = Instant::now();
    while !wanted() {
        assert!(began.elapsed() < 60 * SECOND, "never");
        std::thread::yield_now();
    }
}

fn reaches(membership: &Membership, state: HeartbeatState) {
    until(|| membership.state() == state);
}

/// Also where membership is advisory, and nothing else changes.
#[test]
fn who_follows_snapshots_hears_where_a_heartbeat_stands() {
    let runtime = runtime(1);
    let health = builder().runtime(runtime.handle().clone()).start().unwrap();
    let mut snapshots = health.subscribe();
    let _latest = snapshots.latest();
    let coordinator = InMemory::new();
    let membership = heartbeat(coordinator.clone()).start(&health).unwrap();
    let mut hears = |wanted| {
        let state = |snapshot: &Snapshot| snapshot.heartbeats().next().map(HeartbeatReport::state);
        runtime.block_on(async {
            let heard =
                async { while state(&snapshots.changed().await.unwrap()) != Some(wanted) {} };
            tokio::time::timeout(60 * SECOND, heard).await.unwrap();
        });
    };
    hears(HeartbeatState::Member);
    coordinator.inject(Step::Join, Fault::Hang, usize::MAX);
    coordinator.inject(Step::Beat, Fault::Gone, 1);
    hears(HeartbeatState::Joining);
    assert!(!membership.is_member());
}

#[test]
fn blind_heartbeat_beats_are_earned_by_the_workers_of_the_application() {
    let runtime = runtime(1);
    let health = builder().runtime(runtime.handle().clone()).start().unwrap();
    let coordinator = InMemory::new();
    let membership = heartbeat(coordinator.clone())
        .revoke_after(2 * SECOND)
        .start(&health)
        .unwrap();
    let tenure = runtime.block_on(membership.joined()).unwrap();
    until(|| membership.report().acked() >= 3);

    let (release, released) = mpsc::channel::<()>();
    runtime.spawn(async move {
        let _released = released.recv();
    });
    reaches(&membership, HeartbeatState::Withheld);
    assert!(tenure.is_member(), "until others may take over");
    reaches(&membership, HeartbeatState::Stalled);
    assert!(!tenure.is_member());
    until(|| coordinator.members().is_empty());
    let beats = membership.report().sent();

    drop(release);
    let again = runtime.block_on(membership.joined()).unwrap();
    assert!(again.incarnation() > tenure.incarnation() && again.token() > tenure.token());
    until(|| membership.report().sent() > beats);
    assert!(membership.report().withheld() > 0);
}

#[test]
fn a_snapshot_shows_where_heartbeats_stand() {
    let runtime = runtime(1);
    let health = builder().runtime(runtime.handle().clone()).start().unwrap();
    let coordinator = InMemory::new();
    let fault = Fault::Refuse("the list is full".repeat(100));
    coordinator.inject(Step::Join, fault, 1);
    let _membership = heartbeat(coordinator.clone()).start(&health).unwrap();
    let report = |of: fn(&Snapshot) -> String| of(&health.snapshot());
    until(|| report(|now| format!("{}", now.heartbeats().next().unwrap().failed())) == "1");
    until(|| {
        health
            .snapshot()
            .heartbeats()
            .all(|heart| heart.acked() > 2)
    });
    let snapshot = health.snapshot();
    let heart = snapshot.heartbeats().next().unwrap();
    assert_eq!((heart.name(), heart.backend()), ("orders-1", "in-memory"));
    assert_eq!(
        (heart.state(), heart.incarnation()),
        (HeartbeatState::Member, 2)
    );
    assert!(heart.sent() >= heart.acked() && !heart.is_required());
    assert!(heart.last_ack().is_some() && heart.rtt().is_some());
    assert!(heart.rtt_p99() > Duration::ZERO && heart.problem().is_none());
    let listed = &coordinator.members()[0];
    assert_eq!(listed.vitals().phase(), Phase::Serving);
    assert!(listed.vitals().is_live());
}

#[test]
fn a_problem_is_shown_and_cut() {
    let runtime = runtime(1);
    let health = builder().runtime(runtime.handle().clone()).start().unwrap();
    let coordinator = InMemory::new();
    coordinator.inject(Step::Join, Fault::Refuse("é".repeat(1000)), usize::MAX);
    let membership = heartbeat(coordinator).start(&health).unwrap();
    until(|| membership.report().problem().is_some());
    assert_eq!(membership.report().problem().unwrap().len(), 256);
    assert_eq!(membership.state(), HeartbeatState::Joining);
}

/// The worst that a backend can do: it holds the thread that sends.
struct Blocks(mpsc::SyncSender<()>);
struct Blocked(mpsc::SyncSender<()>);

impl Backend for Blocks {
    type Session = Blocked;

    fn name(&self) -> &'static str {
        "blocks"
    }

    async fn join(&self, member: &Member) -> Result<Joined<Blocked>, BackendError> {
        let session = Blocked(self.0.clone());
        Ok(Joined::new(session, Ack::granted(member.ttl())))
    }
}

impl Session for Blocked {
    async fn beat(&mut self, _: &Vitals) -> Result<Ack, BackendError> {
        // Nobody takes it until the end of the test.
        Ok(self.0.send(()).map(|()| Ack::granted(SECOND))?)
    }

    async fn leave(self, _: Leaving) -> Result<(), BackendError> {
        Ok(())
    }
}

#[test]
fn split_brain_the_fence_falls_where_the_thread_that_sends_hangs() {
    let runtime = runtime(1);
    let health = builder().runtime(runtime.handle().clone()).start().unwrap();
    let (full, never_read) = mpsc::sync_channel(0);
    let membership = heartbeat(Blocks(full))
        .ttl(3 * SECOND)
        .required()
        .start(&health)
        .unwrap();
    let tenure = runtime.block_on(membership.joined()).unwrap();
    until(|| membership.report().sent() == 1);
    // Woken by somebody else, and readiness is told.
    runtime.block_on(tenure.fenced());
    assert!(!tenure.is_member() && !membership.is_member());
    assert_eq!(membership.state(), HeartbeatState::Fenced);
    until(|| !ready(&health));
    drop(never_read);
}

#[test]
fn a_required_membership_is_a_part_of_readiness() {
    let runtime = runtime(1);
    let health = builder().runtime(runtime.handle().clone()).start().unwrap();
    until(|| ready(&health));
    let coordinator = InMemory::new();
    coordinator.inject(Step::Join, Fault::Hang, usize::MAX);
    let membership = heartbeat(coordinator.clone())
        .ack_timeout(Duration::from_millis(100))
        .required()
        .start(&health)
        .unwrap();
    assert!(!ready(&health), "from when it is started");
    coordinator.heal();
    runtime.block_on(membership.joined()).unwrap();
    until(|| ready(&health));
}

#[test]
fn membership_ends_with_the_last_health() {
    let runtime = runtime(1);
    let health = builder().runtime(runtime.handle().clone()).start().unwrap();
    let coordinator = InMemory::new();
    let membership = heartbeat(coordinator.clone()).start(&health).unwrap();
    let tenure = runtime.block_on(membership.joined()).unwrap();
    drop(health);
    runtime.block_on(tenure.fenced());
    until(|| coordinator.members().is_empty());
    reaches(&membership, HeartbeatState::Left);
    assert!(runtime.block_on(membership.joined()).is_none());
}
