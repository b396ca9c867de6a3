use std::time::Duration;

use health_tower::{BoxError, Rule, Traffic, Verdict};
use http::Response;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::{Layer as _, ServiceBuilder, ServiceExt as _};

use crate::world::{Frames, get, health, layer, second};

/// Twenty at a time, each for 100 ms: 200 a second. Three times as many come.
#[tokio::test(start_paused = true)]
async fn waiting_for_a_limit_is_overload_and_readiness_stays() {
    let health = health();
    let layer = layer(&health, Traffic::new());
    let limited = ServiceBuilder::new()
        .layer(GlobalConcurrencyLimitLayer::new(20))
        .service_fn(|_| async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            Ok::<_, BoxError>(Response::new(Frames(Vec::new())))
        });
    let service = layer.layer(limited);
    for _ in 0..5 {
        for _ in 0..600 {
            let service = service.clone();
            tokio::spawn(async move { service.oneshot(get("/orders")).await.map(drop) });
        }
        second().await;
    }
    let snapshot = health.snapshot();
    let report = snapshot.verdict();
    assert_eq!(report.verdict(), Verdict::Overloaded, "{report}");
    assert_eq!(report.evidence()[0].rule(), Rule::QueueWait);
    assert!(health.status(health_tower::Probe::Readiness).is_up());
    assert!(health.status(health_tower::Probe::Liveness).is_up());
}

/// As many as are served at once.
#[tokio::test(start_paused = true)]
async fn a_limit_that_nobody_waits_for_is_none() {
    let health = health();
    let layer = layer(&health, Traffic::new());
    let limited = ServiceBuilder::new()
        .layer(GlobalConcurrencyLimitLayer::new(200))
        .service_fn(|_| async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            Ok::<_, BoxError>(Response::new(Frames(Vec::new())))
        });
    let service = layer.layer(limited);
    for _ in 0..10 {
        for _ in 0..200 {
            let service = service.clone();
            tokio::spawn(async move { service.oneshot(get("/orders")).await.map(drop) });
        }
        second().await;
        assert_eq!(health.snapshot().verdict().verdict(), Verdict::Healthy);
    }
}
