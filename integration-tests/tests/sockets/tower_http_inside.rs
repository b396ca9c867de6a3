//! tower-http's middleware inside the layer, and in axum on both sides of it.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use health_tower::HealthLayer;
use http::StatusCode;
use integration_tests::host::{Host, healthy};
use integration_tests::patience::until_idle;
use integration_tests::wire::Wire;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::CorsLayer;
use tower_http::normalize_path::NormalizePathLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

const ROSE: &str = "a rose is a rose is a rose is a rose is a rose";

fn app() -> Router {
    Router::new().route("/rose", get(|| async { ROSE })).route(
        "/panic",
        get(async || -> StatusCode { panic!("a handler that panics, on purpose") }),
    )
}

macro_rules! middleware {
    () => {
        ServiceBuilder::new()
            .layer(TraceLayer::new_for_http())
            .layer(CorsLayer::permissive())
            .layer(CompressionLayer::new())
            .layer(CatchPanicLayer::new())
            .layer(TimeoutLayer::with_status_code(
                StatusCode::REQUEST_TIMEOUT,
                Duration::from_secs(60),
            ))
    };
}

async fn rose_in_gzip(wire: &mut Wire) {
    wire.send("GET /rose HTTP/1.1\r\nhost: test\r\naccept-encoding: gzip\r\n\r\n")
        .await;
    let answer = wire.answer().await;
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
}

#[tokio::test]
async fn inside_it_never_touches_a_probe() {
    let health = healthy();
    let stack = ServiceBuilder::new()
        .layer(HealthLayer::new(&health))
        .layer(middleware!());
    let host = Host::start(&health, app().layer(stack)).await;
    let mut wire = Wire::connect(host.addr()).await;
    let probe = wire.get("/health/live").await;
    assert_eq!(probe.plain(), (200, "ok"));
    assert_eq!(probe.header("access-control-allow-origin"), None);
    assert_eq!(probe.header("vary"), None);
    // A preflight is a method like any other.
    wire.request("OPTIONS", "/health/live").await;
    assert_eq!(wire.answer().await.status, 405);
    rose_in_gzip(&mut wire).await;
    assert_eq!(wire.get("/panic").await.status, 500);
    until_idle(&health).await;
    host.stop().await;
}

#[tokio::test]
async fn outside_in_axum_it_sees_probes_as_any_response() {
    let health = healthy();
    let stack = ServiceBuilder::new()
        .layer(middleware!())
        .layer(HealthLayer::new(&health));
    let host = Host::start(&health, app().layer(stack)).await;
    let mut wire = Wire::connect(host.addr()).await;
    let probe = wire.get("/health/live").await;
    assert_eq!(probe.plain(), (200, "ok"));
    assert_eq!(probe.header("access-control-allow-origin"), Some("*"));
    // A preflight is answered before it comes to the layer.
    wire.request("OPTIONS", "/health/live").await;
    assert_eq!(wire.answer().await.status, 200);
    rose_in_gzip(&mut wire).await;
    assert_eq!(wire.get("/panic").await.status, 500);
    until_idle(&health).await;
    host.stop().await;
}

#[tokio::test]
async fn paths_normalized_inside_do_not_make_probes() {
    let health = healthy();
    let inner = ServiceBuilder::new()
        .layer(HealthLayer::new(&health))
        .layer(NormalizePathLayer::trim_trailing_slash())
        .service(app());
    let host = Host::start(&health, Router::new().fallback_service(inner)).await;
    let mut wire = Wire::connect(host.addr()).await;
    assert_eq!(wire.get("/health/live/").await.plain(), (200, "ok"));
    assert_eq!(wire.get("/health/live//").await.status, 404);
    assert_eq!(wire.get("/rose/").await.plain(), (200, ROSE));
    host.stop().await;
}
