//! In paused time, with a clock for the fence that a test can let run ahead.

use std::sync::Mutex;

use tokio::task::LocalSet;

use super::*;
use crate::heartbeat::clock::fake::Fake;
use crate::heartbeat::{Fault, HeartbeatState as State, InMemory, Membership, Step};
use crate::snapshot::StatusBoard;
use crate::{Phase, Probe};

const SECOND: Duration = Duration::from_secs(1);

struct Stage {
    coordinator: InMemory,
    clock: Fake,
    hub: Arc<Hub>,
    membership: Membership,
    sign: Arc<Mutex<Option<Sign>>>,
    leaving: CancellationToken,
}

impl Stage {
    /// A heart that beats, as `change` sets it; `prepare` is what the coordinator does to it.
    fn start(change: impl FnOnce(&mut Settings), prepare: impl FnOnce(&InMemory)) -> Self {
        let (coordinator, clock) = (InMemory::new(), Fake::new());
        prepare(&coordinator);
        let mut settings = Settings::new();
        settings.name = "orders-1".to_owned();
        change(&mut settings);
        assert_eq!(settings.problems(true), Vec::<String>::new());
        let hub = Arc::new(Hub::new(&[], StatusBoard::leak(Instant::now())));
        let required = settings.required;
        let cell = Cell::new(
            settings.name.clone(),
            coordinator.name(),
            required,
            clock.clock(),
        );
        hub.vitals().hearts().add(&cell).unwrap();
        hub.follow_hearts();
        let sign = Arc::new(Mutex::new(Some(Sign::default())));
        let leaving = hub.vitals().hearts().leaving().clone();
        let seen = Arc::clone(&sign);
        let sources = Sources {
            hub: Arc::downgrade(&hub),
            leaving: leaving.clone(),
            clock: clock.clock(),
            sign: Box::new(move || *seen.lock().unwrap()),
            vitals: Box::new(|| Vitals::decode(VITALS).unwrap()),
        };
        let mut heart = Heart::new(coordinator.clone(), settings, Arc::clone(&cell), sources);
        tokio::task::spawn_local(async move { heart.run().await });
        Self {
            coordinator,
            clock,
            hub,
            membership: Membership(cell),
            sign,
            leaving,
        }
    }

    fn see(&self, late: u64, still: u64) {
        let [late, still] = [late, still].map(Duration::from_millis);
        let ago = Duration::ZERO;
        *self.sign.lock().unwrap() = Some(Sign { late, still, ago });
    }

    async fn until(&self, wanted: State) {
        let mut changes = self.membership.0.follow();
        let reached = async {
            while self.membership.state() != wanted {
                changes.changed().await.unwrap();
            }
        };
        let reached = tokio::time::timeout(600 * SECOND, reached).await;
        assert!(
            reached.is_ok(),
            "not {wanted}: {:?}",
            self.membership.report()
        );
    }

    async fn acks(&self, more: u64) {
        let mut changes = self.membership.0.follow();
        let goal = self.membership.report().acked() + more;
        while self.membership.report().acked() < goal {
            changes.changed().await.unwrap();
        }
    }

    fn ready(&self) -> bool {
        !self.hub.published().is_outside()
    }
}

const VITALS: &[u8] =
    br#"{"v":1,"phase":"serving","live":true,"ready":true,"verdict":"healthy","in_flight":1}"#;

async fn stage(
    change: impl FnOnce(&mut Settings),
    prepare: impl FnOnce(&InMemory),
    play: impl AsyncFnOnce(Stage),
) {
    LocalSet::new()
        .run_until(async { play(Stage::start(change, prepare)).await })
        .await;
}

fn as_is(_: &mut Settings) {}
fn well(_: &InMemory) {}

#[tokio::test(start_paused = true)]
async fn it_joins_beats_and_leaves() {
    stage(as_is, well, async |stage| {
        let tenure = stage.membership.joined().await.unwrap();
        assert_eq!((tenure.incarnation(), tenure.token()), (1, Some(1)));
        assert!(tenure.remaining() <= 9 * SECOND);
        let began = Instant::now();
        stage.acks(100).await;
        let took = began.elapsed().as_secs_f64();
        assert!((90.0..=110.0).contains(&took), "{took}");
        assert!(tenure.is_member() && tenure.remaining() >= 8 * SECOND);
        let listed = &stage.coordinator.members()[0];
        assert_eq!(
            (listed.name(), listed.vitals().in_flight()),
            ("orders-1", 1)
        );
        let report = stage.membership.report();
        assert_eq!((report.failed(), report.withheld()), (0, 0));
        assert!(report.last_ack().unwrap() < SECOND / 10 && report.rtt().is_some());

        stage
            .hub
            .vitals()
            .hearts()
            .leave(Instant::now() + SECOND)
            .await;
        assert_eq!(stage.membership.state(), State::Left);
        assert!(stage.coordinator.members().is_empty() && !tenure.is_member());
        assert!(stage.membership.joined().await.is_none());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn blind_heartbeat_workers_that_hang_cost_the_beat_and_then_the_membership() {
    stage(as_is, well, async |stage| {
        let tenure = stage.membership.joined().await.unwrap();
        stage.acks(1).await;
        let beats = stage.coordinator.beats();
        stage.see(1000, 1000);
        stage.until(State::Withheld).await;
        assert!(tenure.is_member(), "until the fence");
        stage.see(4999, 4999);
        tokio::time::sleep(2 * SECOND).await;
        assert_eq!(stage.membership.state(), State::Withheld);
        assert!(
            (2..=3).contains(&stage.membership.report().withheld()),
            "once for each beat"
        );
        stage.see(5000, 5000);
        let since = Instant::now();
        stage.until(State::Stalled).await;
        assert!(since.elapsed() <= TICK);
        tokio::task::yield_now().await;
        assert!(stage.coordinator.members().is_empty(), "given back at once");
        assert!(!tenure.is_member());
        tokio::time::sleep(60 * SECOND).await;
        assert_eq!(stage.coordinator.beats(), beats, "none was earned");
        assert_eq!(stage.membership.state(), State::Stalled);

        stage.see(0, 0);
        let again = stage.membership.joined().await.unwrap();
        assert_eq!((again.incarnation(), again.token()), (2, Some(2)));
        assert!(!tenure.is_member());
    })
    .await;
}

/// A runtime that works through a long queue moves, and is not given up before its time.
#[tokio::test(start_paused = true)]
async fn a_runtime_that_is_only_late_is_fenced_and_not_stalled() {
    stage(as_is, well, async |stage| {
        let tenure = stage.membership.joined().await.unwrap();
        stage.see(30_000, 0);
        let since = Instant::now();
        tenure.fenced().await;
        assert_eq!(since.elapsed().as_secs(), 9);
        stage.until(State::Fenced).await;
        tokio::time::sleep(60 * SECOND).await;
        assert_eq!(stage.membership.state(), State::Fenced, "nothing earns it");
        stage.see(0, 0);
        assert_eq!(stage.membership.joined().await.unwrap().incarnation(), 2);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn split_brain_who_was_frozen_is_fenced_before_anything_else() {
    stage(as_is, well, async |stage| {
        let tenure = stage.membership.joined().await.unwrap();
        stage.acks(1).await;
        let beats = stage.coordinator.beats();
        stage.clock.suspend(10 * SECOND);
        assert!(!tenure.is_member(), "with its first look");
        assert!(!stage.membership.is_member());
        assert_eq!(stage.membership.state(), State::Fenced);
        tenure.fenced().await;
        let again = stage.membership.joined().await.unwrap();
        assert_eq!(
            stage.coordinator.beats(),
            beats,
            "the old one never beat again"
        );
        assert_eq!((again.incarnation(), again.token()), (2, Some(2)));
        assert!(!tenure.is_member());
    })
    .await;
}

/// The machine is suspended while a beat is on its way, and its ack comes with the resumption.
#[tokio::test(start_paused = true)]
async fn a_late_ack_does_not_revive_what_was_fenced() {
    stage(as_is, well, async |stage| {
        let tenure = stage.membership.joined().await.unwrap();
        let late = Duration::from_millis(900);
        stage.coordinator.inject(Step::Beat, Fault::Late(late), 1);
        let sent = stage.membership.report().sent();
        let mut changes = stage.membership.0.follow();
        while stage.membership.report().sent() == sent {
            changes.changed().await.unwrap();
        }
        stage.clock.suspend(10 * SECOND);
        stage.until(State::Fenced).await;
        tokio::time::sleep(SECOND).await;
        assert!(!tenure.is_member());
        assert_eq!(stage.membership.joined().await.unwrap().incarnation(), 2);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_ack_is_made_good_by_the_next_beat() {
    stage(as_is, well, async |stage| {
        let tenure = stage.membership.joined().await.unwrap();
        stage.coordinator.inject(Step::Beat, Fault::LoseAnswer, 1);
        stage.acks(3).await;
        let report = stage.membership.report();
        assert_eq!((report.failed(), report.sent()), (1, report.acked() + 1));
        assert!(tenure.is_member() && report.problem().is_none());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn without_acks_the_fence_falls_before_the_lease_ends() {
    for fault in [
        Fault::Hang,
        Fault::LoseAnswer,
        Fault::Refuse("no leader".to_owned()),
    ] {
        stage(as_is, well, async |stage| {
            let tenure = stage.membership.joined().await.unwrap();
            stage.acks(2).await;
            let acked = Instant::now();
            stage
                .coordinator
                .inject(Step::Beat, fault.clone(), usize::MAX);
            stage
                .coordinator
                .inject(Step::Join, Fault::Hang, usize::MAX);
            tenure.fenced().await;
            let after = acked.elapsed();
            assert!(after <= 9 * SECOND + TICK, "{fault:?}: {after:?}");
            assert!(after > 8 * SECOND, "{fault:?}: {after:?}");
            stage.until(State::Joining).await;
            let report = stage.membership.report();
            assert!(
                report.failed() >= 6 && report.problem().is_some(),
                "{report:?}"
            );
            assert!(acked.elapsed() <= 10 * SECOND, "it asks at once");
        })
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_granted_less_beats_more_often_and_is_fenced_earlier() {
    let short = Fault::Grant(SECOND);
    let fault = short.clone();
    stage(
        as_is,
        |all| all.inject(Step::Join, fault, 1),
        async |stage| {
            let tenure = stage.membership.joined().await.unwrap();
            assert!(tenure.remaining() <= SECOND.mul_f64(0.9));
            stage.coordinator.inject(Step::Beat, short, usize::MAX);
            let began = Instant::now();
            stage.acks(30).await;
            assert!(began.elapsed() <= 11 * SECOND, "{:?}", began.elapsed());
            assert!(tenure.is_member());
            stage.coordinator.heal();
            stage
                .coordinator
                .inject(Step::Beat, Fault::Grant(Duration::ZERO), usize::MAX);
            tenure.fenced().await;
        },
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_join_that_fails_is_tried_again_ever_later_and_seen() {
    for fault in [
        Fault::Refuse("full".to_owned()),
        Fault::Hang,
        Fault::Panic,
        Fault::Grant(Duration::ZERO),
    ] {
        let again = fault.clone();
        stage(
            as_is,
            |all| all.inject(Step::Join, again, 6),
            async |stage| {
                let began = Instant::now();
                let mut changes = stage.membership.0.follow();
                while stage.membership.report().failed() < 6 {
                    changes.changed().await.unwrap();
                    assert_eq!(stage.membership.state(), State::Joining);
                }
                let took = began.elapsed();
                assert!(took >= 12 * SECOND, "{fault:?}: {took:?} is a storm");
                assert!(stage.membership.report().problem().is_some());
                assert_eq!(stage.membership.joined().await.unwrap().incarnation(), 7);
                assert!(began.elapsed() <= 120 * SECOND);
            },
        )
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_gone_on_the_other_side_or_panics_joins_anew() {
    for fault in [Fault::Gone, Fault::Panic] {
        stage(as_is, well, async |stage| {
            let tenure = stage.membership.joined().await.unwrap();
            stage.coordinator.inject(Step::Beat, fault, 1);
            tenure.fenced().await;
            let again = stage.membership.joined().await.unwrap();
            assert_eq!(again.incarnation(), 2);
            stage.acks(1).await;
        })
        .await;
    }
}

/// A coordinator that takes everybody and forgets them with the next beat is not asked in a loop.
#[tokio::test(start_paused = true)]
async fn joining_is_no_success_until_a_beat_was_acked() {
    stage(as_is, well, async |stage| {
        stage
            .coordinator
            .inject(Step::Beat, Fault::Gone, usize::MAX);
        tokio::time::sleep(600 * SECOND).await;
        let asked = stage.membership.report().incarnation();
        assert!((60..140).contains(&asked), "{asked}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn who_is_required_is_ready_only_as_a_member() {
    let required = |all: &mut Settings| all.required = true;
    stage(required, well, async |stage| {
        assert!(!stage.ready(), "not yet");
        let tenure = stage.membership.joined().await.unwrap();
        stage.acks(1).await;
        assert!(stage.ready());
        stage.see(1000, 1000);
        stage.until(State::Withheld).await;
        assert!(stage.ready(), "still a member");
        stage.clock.suspend(10 * SECOND);
        assert!(!tenure.is_member());
        // Also where the thread that sends does not run: the watchdog's does.
        stage.hub.tick(Instant::now());
        assert!(!stage.ready());
        stage.see(0, 0);
        stage.acks(1).await;
        assert!(stage.ready());
        let published = stage.hub.published();
        assert!(published.mark(Probe::Readiness).status.is_up());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn coordinator_outage_that_empties_the_fleet_membership_is_advisory() {
    stage(as_is, well, async |stage| {
        let tenure = stage.membership.joined().await.unwrap();
        for step in [Step::Beat, Step::Join] {
            stage.coordinator.inject(step, Fault::Hang, usize::MAX);
        }
        tenure.fenced().await;
        tokio::time::sleep(60 * SECOND).await;
        stage.hub.tick(Instant::now());
        assert!(stage.ready());
        assert_eq!(stage.hub.published().phase(), Phase::Serving);
        assert!(stage.hub.published().mark(Probe::Readiness).status.is_up());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_leave_that_hangs_holds_nobody_up_beyond_the_deadline() {
    for fault in [
        Fault::Hang,
        Fault::Panic,
        Fault::Refuse("no leader".to_owned()),
    ] {
        let hangs = fault == Fault::Hang;
        stage(as_is, well, async |stage| {
            let tenure = stage.membership.joined().await.unwrap();
            stage.coordinator.inject(Step::Leave, fault, 1);
            let began = Instant::now();
            stage.hub.vitals().hearts().leave(began + SECOND).await;
            let took = began.elapsed();
            assert_eq!(took, if hangs { SECOND } else { Duration::ZERO });
            assert!(!tenure.is_member(), "whatever the other side thinks");
            assert_eq!(stage.membership.state(), State::Left);
            stage.membership.0.done.cancelled().await;
            assert!(began.elapsed() <= TO_LEAVE);
            let report = stage.membership.report();
            assert!(report.problem().unwrap().contains("forgotten with its TTL"));
        })
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_still_joins_leaves_at_once() {
    let hang = |all: &InMemory| all.inject(Step::Join, Fault::Hang, usize::MAX);
    stage(as_is, hang, async |stage| {
        tokio::time::sleep(SECOND).await;
        let began = Instant::now();
        stage.leaving.cancel();
        assert!(stage.membership.joined().await.is_none());
        assert_eq!(began.elapsed(), Duration::ZERO);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn where_there_is_no_health_any_more_it_leaves() {
    stage(as_is, well, async |stage| {
        stage.membership.joined().await.unwrap();
        let Stage {
            coordinator,
            hub,
            membership,
            ..
        } = stage;
        drop(hub);
        membership.0.done.cancelled().await;
        assert!(coordinator.members().is_empty());
    })
    .await;
}
