use super::*;

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
        assert_eq!(stage.coordinator.last_left(), Some(Leaving::Stalled));
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
        stage.acks(1).await;
        let late = Duration::from_millis(900);
        stage.coordinator.inject(Step::Beat, Fault::Late(late), 1);
        let sent = stage.membership.report().sent();
        let mut changes = stage.membership.0.follow();
        while stage.membership.report().sent() == sent {
            changes.changed().await.unwrap();
        }
        stage.clock.suspend(10 * SECOND);
        let since = Instant::now();
        let again = stage.membership.joined().await.unwrap();
        assert!(since.elapsed() <= 2 * TICK, "nobody waits for the ack");
        assert_eq!(again.incarnation(), 2);
        tokio::time::sleep(SECOND).await;
        assert!(!tenure.is_member() && again.is_member());
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
