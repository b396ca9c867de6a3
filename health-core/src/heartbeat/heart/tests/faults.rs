use super::*;

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

/// A coordinator that takes everybody and forgets them with the next beat, or grants next to nothing, is not asked in a loop.
#[tokio::test(start_paused = true)]
async fn joining_is_no_success_until_a_beat_was_acked() {
    let little = Fault::Grant(Duration::from_millis(1));
    for (step, fault) in [(Step::Beat, Fault::Gone), (Step::Join, little)] {
        stage(as_is, well, async |stage| {
            stage.coordinator.inject(step, fault, usize::MAX);
            tokio::time::sleep(600 * SECOND).await;
            let asked = stage.membership.report().incarnation();
            assert!((60..140).contains(&asked), "{asked}");
        })
        .await;
    }
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
