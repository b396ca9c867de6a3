//! What a check finds is what the next probe is told; but nothing that is found undoes a shutdown.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use health_tower::{Check, DrainPolicy, HealthLayer, Outcome, Probe};
use integration_tests::host::{Host, builder};
use integration_tests::patience::{until, until_snapshot};
use integration_tests::wire::Wire;
use tokio::sync::{Semaphore, SemaphorePermit};

const PROMPT: Duration = Duration::from_millis(10);

#[tokio::test]
async fn readiness_follows_its_check_and_liveness_does_not() {
    let up = Arc::new(AtomicBool::new(false));
    let check = Check::readiness("database", {
        let up = Arc::clone(&up);
        move || {
            let up = up.load(Ordering::Relaxed);
            async move { up }
        }
    });
    let check = check
        .every(PROMPT)
        .timeout(Duration::from_secs(10))
        .backoff(PROMPT);
    let health = builder().check(check).start().unwrap();
    let app = Router::new().layer(HealthLayer::new(&health));
    let host = Host::start(&health, app).await;
    // One connection asks all the time, another one only once for each state.
    let mut kept = Wire::connect(host.addr()).await;
    for expected in [false, true, false, true] {
        up.store(expected, Ordering::Relaxed);
        until_snapshot(&health, "readiness to follow", |snapshot| {
            let checked = snapshot
                .check("database")
                .is_some_and(|check| check.outcome().is_some());
            checked && snapshot.status(Probe::Readiness).is_up() == expected
        })
        .await;
        let answer = if expected {
            (200, "ok")
        } else {
            (503, "unavailable")
        };
        let mut fresh = Wire::connect(host.addr()).await;
        for wire in [&mut kept, &mut fresh] {
            assert_eq!(wire.get("/health/ready").await.plain(), answer);
            assert_eq!(wire.get("/health/live").await.plain(), (200, "ok"));
            assert_eq!(wire.get("/health/startup").await.plain(), (200, "ok"));
        }
    }
    host.stop().await;
}

#[tokio::test]
async fn startup_is_up_once_and_for_all() {
    let (done, started) = tokio::sync::watch::channel(false);
    let check = Check::startup("warm cache", move || {
        let mut started = started.clone();
        async move { started.wait_for(|done| *done).await.is_ok() }
    });
    let check = check.timeout(Duration::from_secs(30));
    let health = builder().check(check).start().unwrap();
    let app = Router::new().layer(HealthLayer::new(&health));
    let host = Host::start(&health, app).await;
    let mut wire = Wire::connect(host.addr()).await;
    for path in ["/health/startup", "/health/ready"] {
        assert_eq!(wire.get(path).await.plain(), (503, "unavailable"), "{path}");
    }
    assert_eq!(wire.get("/health/live").await.plain(), (200, "ok"));
    done.send(true).unwrap();
    until_snapshot(&health, "the start", |snapshot| {
        snapshot.status(Probe::Startup).is_up()
    })
    .await;
    for path in ["/health/startup", "/health/ready", "/health/live"] {
        assert_eq!(wire.get(path).await.plain(), (200, "ok"), "{path}");
    }
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_comes_after_the_signal_brings_nothing_back() {
    let (runs, permits) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(1)));
    let check = Check::readiness("database", {
        let (runs, permits) = (Arc::clone(&runs), Arc::clone(&permits));
        move || {
            let (run, permits) = (
                runs.fetch_add(1, Ordering::Relaxed) + 1,
                Arc::clone(&permits),
            );
            async move {
                let permit = permits.acquire().await;
                permit
                    .map(SemaphorePermit::forget)
                    .map(|()| Outcome::warn(run))
            }
        }
    });
    let check = check.every(PROMPT).timeout(Duration::from_secs(60));
    let hours = Duration::from_secs(7200);
    let policy = DrainPolicy::default().deadline(2 * hours).lame_duck(hours);
    let health = builder().drain(policy).check(check).start().unwrap();
    let app = Router::new().layer(HealthLayer::new(&health));
    let host = Host::start(&health, app).await;
    until_snapshot(&health, "readiness", |snapshot| {
        snapshot.status(Probe::Readiness).is_up()
    })
    .await;
    let mut wire = Wire::connect(host.addr()).await;
    assert_eq!(wire.get("/health/ready").await.plain(), (200, "ok"));
    until("the second run", || runs.load(Ordering::Relaxed) == 2).await;
    health.shutdown();
    assert_eq!(
        wire.get("/health/ready").await.plain(),
        (503, "unavailable")
    );
    permits.add_permits(1);
    until_snapshot(&health, "the result of the second run", |snapshot| {
        let outcome = snapshot.check("database").and_then(|check| check.outcome());
        outcome.and_then(Outcome::reason) == Some("2")
    })
    .await;
    assert_eq!(
        wire.get("/health/ready").await.plain(),
        (503, "unavailable")
    );
    assert_eq!(wire.get("/health/live").await.plain(), (200, "ok"));
}
