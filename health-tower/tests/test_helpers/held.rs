//! Requests that fill the application leave nothing behind.

use std::sync::Arc;
use std::time::Duration;

use health_tower::test::{Stage, assert_probes_answer};
use health_tower::{Check, Health, HealthLayer, Phase, Probe};
use http::Request;
use tokio::sync::Semaphore;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::{Layer, ServiceBuilder, service_fn};

use crate::{Body, health};

#[tokio::test(start_paused = true)]
async fn places_are_given_back_and_nothing_is_counted() {
    let stage = Stage::start(Health::builder().linked(false)).unwrap();
    let layer = HealthLayer::new(stage.health());
    let places = Arc::new(Semaphore::new(5000));
    let limit = GlobalConcurrencyLimitLayer::with_semaphore(Arc::clone(&places));
    let app = ServiceBuilder::new().layer(limit).layer(layer.clone());
    let app = app.service(service_fn(async |_: Request<Body>| {
        Ok::<_, std::convert::Infallible>(http::Response::new(Body::default()))
    }));
    assert_probes_answer(app, &layer).await;
    assert_eq!(places.available_permits(), 5000);
    stage.advance(Duration::from_secs(2)).await;
    let now = stage.health().snapshot();
    assert_eq!(now.in_flight(), 0);
    assert!(now.traffic().all(|traffic| traffic.entered() == 0));
    stage.health().shutdown();
    stage.reaches(Phase::Closed).await;
}

/// What the module's example does, with a synchronous check.
#[tokio::test(start_paused = true)]
async fn a_stage_and_its_probes() {
    let memory = Check::liveness("memory", (), |()| true);
    let stage = Stage::start(Health::builder().linked(false).check(memory)).unwrap();
    let layer = HealthLayer::new(stage.health());
    let app = axum::Router::new().layer(layer.clone());
    let status = async |path: &'static str| {
        let request = Request::get(path).body(axum::body::Body::empty()).unwrap();
        tower::ServiceExt::oneshot(app.clone(), request)
            .await
            .unwrap()
            .status()
    };
    stage.fails("memory", "corrupt");
    assert_eq!(status("/health/live").await, 503);
    stage.release("memory");
    stage.until(|now| now.status(Probe::Liveness).is_up()).await;
    assert_eq!(status("/health/live").await, 200);
    assert_probes_answer(app, &layer).await;
}

/// A request without the mark is answered as ever.
#[tokio::test]
async fn nobody_else_is_held() {
    let health = health();
    let layer = HealthLayer::new(&health);
    let app = layer.layer(axum::Router::new());
    assert_probes_answer(app.clone(), &layer).await;
    let request = Request::get("/health/ready").body(Body::default()).unwrap();
    let response = tower::ServiceExt::oneshot(app, request).await.unwrap();
    assert_eq!(response.status(), 200);
}
