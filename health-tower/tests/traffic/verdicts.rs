use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use health_tower::{Check, Health, Probe, Rule, Scope, Traffic, Verdict, Watchdog};
use http::Response;

use crate::world::{Frames, ask, get, gives, health, layer, ok, second};

/// A second with 100 requests, of which every n-th fails.
async fn serve(layer: &health_tower::HealthLayer, every: Option<usize>) {
    for number in 0..100 {
        let fails = every.is_some_and(|every| number % every == 0);
        let status = if fails { 500 } else { 200 };
        let service = gives(move || {
            ok(Response::builder()
                .status(status)
                .body(Frames(Vec::new()))
                .unwrap())
        });
        ask(layer, service, get("/orders")).await;
    }
    second().await;
}

fn verdict(health: &Health) -> Verdict {
    health.snapshot().verdict().verdict()
}

#[tokio::test(start_paused = true)]
async fn errors_that_no_check_sees_are_gray_and_nothing_follows_for_probes() {
    let health = health();
    let layer = layer(&health, Traffic::new());
    let mut changes = health.subscribe();
    for _ in 0..10 {
        serve(&layer, None).await;
    }
    assert_eq!(verdict(&health), Verdict::Healthy);
    changes.latest();
    for _ in 0..3 {
        serve(&layer, Some(5)).await;
    }
    let snapshot = changes.changed().await.unwrap();
    let report = snapshot.verdict();
    assert_eq!(report.verdict(), Verdict::Gray, "{report}");
    assert_eq!(report.evidence()[0].rule(), Rule::Failures);
    let text = report.to_string();
    assert!(
        text.starts_with("gray: 20 of 100 requests failed within 1 s"),
        "{text}"
    );
    for probe in [Probe::Liveness, Probe::Readiness, Probe::Startup] {
        assert!(health.status(probe).is_up(), "{probe}");
    }
    for _ in 0..35 {
        serve(&layer, None).await;
    }
    assert_eq!(verdict(&health), Verdict::Healthy);
}

/// The check would run only every ten minutes; and finds what it is, when it is asked.
#[tokio::test(start_paused = true)]
async fn a_check_is_asked_before_requests_are_believed() {
    let down = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&down);
    let database = Check::readiness("database", move || {
        let up = !asked.load(Ordering::Relaxed);
        async move { up }
    });
    let seldom = database
        .every(Duration::from_secs(600))
        .scope(Scope::Shared);
    let builder = Health::builder().linked(false).watchdog(Watchdog::off());
    let health = builder.check(seldom.fail_after(1)).start().unwrap();
    let layer = layer(&health, Traffic::new());
    // Not within the first quarter of the interval.
    for _ in 0..160 {
        serve(&layer, None).await;
    }
    down.store(true, Ordering::Relaxed);
    for _ in 0..20 {
        serve(&layer, Some(2)).await;
        assert!(
            verdict(&health) <= Verdict::Degraded,
            "{}",
            health.snapshot().verdict()
        );
    }
    let snapshot = health.snapshot();
    assert!(snapshot.check("database").unwrap().age().unwrap() < Duration::from_secs(60));
    assert_eq!(snapshot.verdict().evidence()[0].rule(), Rule::Check);
    assert!(
        health.status(Probe::Readiness).is_up(),
        "all replicas share it"
    );
}

#[tokio::test(start_paused = true)]
async fn what_the_service_says_of_itself_is_heard_without_any_traffic() {
    let builder = Health::builder().linked(false).watchdog(Watchdog::off());
    let check = Check::readiness("disk", || async { false }).fail_after(1);
    let health = builder.check(check).start().unwrap();
    second().await;
    second().await;
    let snapshot = health.snapshot();
    assert_eq!(snapshot.verdict().to_string(), "down: check `disk` is down");
    assert_eq!(snapshot.verdict().evidence()[0].rule(), Rule::Check);
}

#[tokio::test(start_paused = true)]
async fn a_drain_accuses_nobody() {
    let health = health();
    let layer = layer(&health, Traffic::new());
    for _ in 0..10 {
        serve(&layer, None).await;
    }
    health.begin_drain();
    for _ in 0..10 {
        serve(&layer, Some(1)).await;
        assert_eq!(verdict(&health), Verdict::Healthy);
    }
}
