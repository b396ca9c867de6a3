use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use health_core::{Check, Health, Phase, Probe, Watchdog};
use tokio::time::Instant;

use crate::{Calls, MINUTE, SECOND, is_up, stage};

/// Those that are synchronous as well: by the clock of the system, a minute would be one run.
#[tokio::test(start_paused = true)]
async fn every_check_that_falls_due_runs() {
    let (database, memory) = (Calls::default(), Calls::default());
    let often = database.passing("database").every(SECOND).jitter(0);
    let stage = stage([often, memory.alive("memory").every(SECOND).jitter(0)]);
    stage.advance(MINUTE).await;
    for calls in [database, memory] {
        // Timers count in milliseconds, rounded up.
        assert!((59..=61).contains(&calls.count()), "{}", calls.count());
    }
}

/// To its end, with no more waiting.
#[tokio::test(start_paused = true)]
async fn what_falls_due_in_the_last_moment_has_ended() {
    let (database, memory) = (Calls::default(), Calls::default());
    for every in [SECOND, Duration::from_millis(20)] {
        let often = database.passing("database").every(every).jitter(0);
        let stage = stage([often, memory.alive("memory").every(every).jitter(0)]);
        let mut last = [0; 2];
        for _ in 0..20 {
            stage.advance(every).await;
            let now = stage.health().snapshot();
            let runs = ["database", "memory"].map(|name| now.check(name).unwrap().runs());
            assert!(runs[0] > last[0] && runs[1] > last[1], "{runs:?}, {last:?}");
            last = runs;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_clock_goes_as_far_as_it_is_told() {
    let stage = stage([Calls::default().passing("database")]);
    let before = Instant::now();
    stage.advance(MINUTE).await;
    let passed = before.elapsed();
    assert!(
        passed >= MINUTE && passed < MINUTE + Duration::from_millis(5),
        "{passed:?}"
    );
}

/// A synchronous check sees what the test did, after thresholds, in the time that they take.
#[tokio::test(start_paused = true)]
async fn liveness_goes_down_when_its_own_check_says_so() {
    let sound = Arc::new(AtomicBool::new(true));
    let memory = Check::liveness("memory", Arc::clone(&sound), |sound: &Arc<AtomicBool>| {
        sound.load(Ordering::SeqCst)
    });
    let stage = stage([memory.jitter(0)]);
    stage.advance(SECOND).await;
    sound.store(false, Ordering::SeqCst);
    stage.advance(10 * SECOND).await;
    assert!(is_up(&stage, Probe::Liveness), "two of three");
    stage.advance(5 * SECOND).await;
    assert!(!is_up(&stage, Probe::Liveness));
}

/// Nor does one that is added later.
#[tokio::test(start_paused = true)]
async fn no_synchronous_check_goes_stale_by_another_clock() {
    let stage = stage([Check::readiness_blocking("disk", || true)]);
    let added = Check::readiness_blocking("tape", || true);
    stage.health().add_check(added).unwrap();
    stage.all_ran().await;
    for _ in 0..10 {
        stage.advance(60 * SECOND).await;
        assert!(is_up(&stage, Probe::Readiness));
    }
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_is_walked_through() {
    let stage = stage([]);
    let began = Instant::now();
    stage.health().shutdown();
    assert_eq!(stage.health().snapshot().phase(), Phase::Draining);
    stage.reaches(Phase::Closing).await;
    assert!(began.elapsed() >= 10 * SECOND, "the lame duck");
    assert_eq!(stage.reaches(Phase::Closed).await.phase(), Phase::Closed);
}

/// What time alone brings about wakes nobody.
#[tokio::test(start_paused = true)]
async fn a_fatal_error_ends_in_its_time() {
    let stage = stage([]);
    stage.health().report_fatal("journal", "disk full");
    stage
        .until(|now| now.status(Probe::Readiness).is_up())
        .await;
}

/// By the system's clock, it would find a runtime whose time flies, or stands.
#[tokio::test(start_paused = true)]
async fn there_is_no_watchdog_even_if_one_was_asked_for() {
    let builder = Health::builder().watchdog(Watchdog::default());
    let stage = health_core::test::Stage::start(builder).unwrap();
    stage.advance(MINUTE).await;
    let now = stage.health().snapshot();
    assert_eq!(now.runtimes().count(), 0);
    assert!(
        now.traffic().next().is_some(),
        "verdicts are made all the same"
    );
}
