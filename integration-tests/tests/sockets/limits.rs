//! Limits inside the layer: the application is full, and probes are answered all the same.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::body::Body;
use axum::error_handling::HandleErrorLayer;
use axum::routing::get;
use axum::{BoxError, Router};
use health_tower::{Health, HealthLayer};
use http::{Request, Response, StatusCode};
use integration_tests::gate::{Door, Gate, gate};
use integration_tests::host::{Host, healthy, serve};
use integration_tests::http2::Http2;
use integration_tests::patience::{until, until_idle};
use integration_tests::wire::Wire;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::load_shed::error::Overloaded;
use tower::{Layer, ServiceBuilder, service_fn};

/// Enters the gate, and answers when it is let go.
macro_rules! held {
    ($door:expr) => {{
        let door: Door = $door;
        service_fn(move |_: Request<hyper::body::Incoming>| {
            let door = door.clone();
            async move {
                door.enter().await;
                Ok::<_, Infallible>(Response::new(Body::from("done")))
            }
        })
    }};
}

/// One request is held, a second one waits for its place. A probe on a connection of its own, and one on a connection that
/// was there before, are both answered; then the requests are.
async fn full_over_http1(addr: SocketAddr, health: &Health, gate: &mut Gate) {
    let mut kept = Wire::connect(addr).await;
    assert_eq!(kept.get("/health/live").await.plain(), (200, "ok"));
    let mut first = Wire::connect(addr).await;
    first.request("GET", "/first").await;
    let held = gate.held().await;
    let mut second = Wire::connect(addr).await;
    second.request("GET", "/second").await;
    until("the second request to wait", || {
        health.in_flight().count() == 2
    })
    .await;

    let mut fresh = Wire::connect(addr).await;
    for wire in [&mut fresh, &mut kept] {
        assert_eq!(wire.get("/health/live").await.plain(), (200, "ok"));
        assert_eq!(wire.get("/health/ready").await.plain(), (200, "ok"));
    }
    assert!(gate.is_empty(), "the second request is over the limit");
    assert_eq!(health.in_flight().count(), 2);

    held.release();
    assert_eq!(first.answer().await.plain(), (200, "done"));
    gate.held().await.release();
    assert_eq!(second.answer().await.plain(), (200, "done"));
    until_idle(health).await;
}

/// The same on one HTTP/2 connection.
async fn full_over_http2(addr: SocketAddr, health: &Health, gate: &mut Gate) {
    let mut http2 = Http2::connect(addr).await;
    let [first, second] = ["/first", "/second"].map(|path| {
        let mut http2 = http2.clone();
        tokio::spawn(async move { http2.text(path).await })
    });
    let held = gate.held().await;
    until("the second request to wait", || {
        health.in_flight().count() == 2
    })
    .await;
    for _ in 0..3 {
        assert_eq!(http2.text("/health/live").await, (200, "ok".to_owned()));
    }
    assert!(gate.is_empty(), "the second request is over the limit");
    held.release();
    gate.held().await.release();
    for answer in [first, second] {
        assert_eq!(answer.await.unwrap(), (200, "done".to_owned()));
    }
    until_idle(health).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_concurrency_limit() {
    let (health, (door, mut gate)) = (healthy(), gate());
    let app = ServiceBuilder::new()
        .concurrency_limit(1)
        .service(held!(door));
    let addr = serve(HealthLayer::new(&health).layer(app)).await;
    full_over_http1(addr, &health, &mut gate).await;
    full_over_http2(addr, &health, &mut gate).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_buffer_and_a_concurrency_limit() {
    let (health, (door, mut gate)) = (healthy(), gate());
    let app = ServiceBuilder::new()
        .buffer(1)
        .concurrency_limit(1)
        .service(held!(door));
    let addr = serve(HealthLayer::new(&health).layer(app)).await;
    full_over_http1(addr, &health, &mut gate).await;
    full_over_http2(addr, &health, &mut gate).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_shed_inside_sheds_requests_and_no_probes() {
    let (health, (door, mut gate)) = (healthy(), gate());
    // A plain `ConcurrencyLimitLayer` would be a limit for each connection: axum lays layers around handlers anew for each.
    let limit = GlobalConcurrencyLimitLayer::new(1);
    let limits = ServiceBuilder::new()
        .layer(HealthLayer::new(&health))
        .layer(HandleErrorLayer::new(async |error: BoxError| {
            assert!(error.is::<Overloaded>(), "{error}");
            (StatusCode::TOO_MANY_REQUESTS, "shed")
        }))
        .load_shed()
        .layer(limit);
    let held = get(async move || {
        door.enter().await;
        "done"
    });
    let app = Router::new().route("/", held).layer(limits);
    let host = Host::start(&health, app).await;
    let mut first = Wire::connect(host.addr()).await;
    first.request("GET", "/").await;
    let held = gate.held().await;
    let mut second = Wire::connect(host.addr()).await;
    for _ in 0..3 {
        assert_eq!(second.get("/").await.plain(), (429, "shed"));
        assert_eq!(second.get("/health/live").await.plain(), (200, "ok"));
        assert_eq!(second.get("/health/ready").await.plain(), (200, "ok"));
    }
    held.release();
    assert_eq!(first.answer().await.plain(), (200, "done"));
    host.stop().await;
}
