use super::*;

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
        assert_eq!(stage.coordinator.last_left(), Some(Leaving::Ended));
    })
    .await;
}

/// Who sends requests has to hear of it; whatever else changes can wait for its beat, or a check that flaps would be a storm.
#[tokio::test(start_paused = true)]
async fn a_drain_is_told_before_the_next_beat_is_due() {
    let seldom = |all: &mut Settings| (all.every, all.ttl) = (60 * SECOND, 300 * SECOND);
    stage(seldom, well, async |stage| {
        stage.membership.joined().await.unwrap();
        stage.acks(1).await;
        let began = Instant::now();
        *stage.vitals.lock().unwrap() = UNREADY;
        tokio::time::sleep(SECOND).await;
        assert!(stage.coordinator.members()[0].vitals().is_ready());
        *stage.vitals.lock().unwrap() = DRAINING;
        stage.acks(1).await;
        assert!(began.elapsed() <= SECOND + TICK, "{:?}", began.elapsed());
        let told = stage.coordinator.members()[0].vitals();
        assert_eq!((told.phase(), told.is_ready()), (Phase::Draining, false));
        let beats = stage.coordinator.beats();
        tokio::time::sleep(30 * SECOND).await;
        assert_eq!(stage.coordinator.beats(), beats, "once");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_a_backend_warns_of_is_kept_and_told_once() {
    let warns = |all: &InMemory| {
        all.inject(Step::Join, Fault::Warn("it loses\nleases".to_owned()), 2);
    };
    stage(as_is, warns, async |stage| {
        let tenure = stage.membership.joined().await.unwrap();
        let report = stage.membership.report();
        assert_eq!(report.warning(), Some("it loses leases"), "as one line");
        stage.coordinator.inject(Step::Beat, Fault::Gone, 1);
        tenure.fenced().await;
        stage.membership.joined().await.unwrap();
        assert!(stage.membership.report().warning().is_some());
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
            assert!(began.elapsed() <= 3 * SECOND, "three ack time-outs");
            let report = stage.membership.report();
            assert!(report.problem().unwrap().contains("forgotten with its TTL"));
        })
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_drain_that_has_an_hour_waits_no_longer_than_three_ack_timeouts() {
    let patient = |all: &mut Settings| all.set_ack_timeout(2 * SECOND);
    stage(patient, well, async |stage| {
        stage.membership.joined().await.unwrap();
        stage.coordinator.inject(Step::Leave, Fault::Hang, 1);
        let began = Instant::now();
        let by = began + 3600 * SECOND;
        stage.hub.vitals().hearts().leave(by).await;
        assert_eq!(began.elapsed(), 6 * SECOND);
    })
    .await;
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
