//! Limits outside the layer, where they don't belong: what happens to probes, and to shedding.

use std::convert::Infallible;

use axum::error_handling::HandleErrorLayer;
use axum::routing::get;
use axum::{BoxError, Router};
use health_tower::HealthLayer;
use http::{Request, StatusCode};
use integration_tests::gate::{Door, gate};
use integration_tests::host::{Host, healthy};
use integration_tests::http2::Http2;
use integration_tests::patience::{until, until_idle};
use integration_tests::tap::tap;
use integration_tests::wire::Wire;
use tower::{Layer, ServiceBuilder};

use crate::echo::UNARY;
use crate::grpc;

fn held(door: Door) -> Router {
    let enter = async move || {
        door.enter().await;
        "done"
    };
    Router::new().route("/", get(enter))
}

async fn shed(_: BoxError) -> (StatusCode, &'static str) {
    (StatusCode::TOO_MANY_REQUESTS, "shed")
}

#[tokio::test]
async fn a_limit_that_sheds_outside_the_layer_sheds_probes_too() {
    let (health, (door, mut gate)) = (healthy(), gate());
    let limits = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(shed))
        .load_shed()
        .concurrency_limit(1);
    let layered = HealthLayer::new(&health).layer(held(door));
    let app = Router::new().fallback_service(limits.service(layered));
    let host = Host::start(&health, app).await;
    let mut first = Wire::connect(host.addr()).await;
    first.request("GET", "/").await;
    let held = gate.held().await;
    let mut probe = Wire::connect(host.addr()).await;
    assert_eq!(probe.get("/health/live").await.plain(), (429, "shed"));
    held.release();
    assert_eq!(first.answer().await.plain(), (200, "done"));
    host.stop().await;
}

#[tokio::test]
async fn a_load_shed_outside_the_layer_never_sees_the_pressure_inside() {
    let (health, (door, mut gate)) = (healthy(), gate());
    let limited = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(shed))
        .load_shed()
        .layer(HealthLayer::new(&health))
        .concurrency_limit(1);
    let app = Router::new().fallback_service(limited.service(held(door)));
    let host = Host::start(&health, app).await;
    let [mut first, mut second] = [
        Wire::connect(host.addr()).await,
        Wire::connect(host.addr()).await,
    ];
    first.request("GET", "/").await;
    let held = gate.held().await;
    second.request("GET", "/").await;
    // Inside, it would have been shed; here it waits, and is served.
    until("the second request to wait", || {
        health.in_flight().count() == 2
    })
    .await;
    held.release();
    gate.held().await.release();
    for wire in [&mut first, &mut second] {
        assert_eq!(wire.answer().await.plain(), (200, "done"));
    }
    host.stop().await;
}

/// tonic puts its own limits around every layer, one for each connection.
#[tokio::test]
async fn a_limit_of_tonic_leaves_other_connections_to_probes() {
    let health = healthy();
    let served = grpc::serve(&health, |server| {
        server.concurrency_limit_per_connection(1).load_shed(true)
    })
    .await;
    let mut full = Http2::connect(served.addr).await;
    let (message, body) = tap::<Infallible>();
    let request =
        Request::post(format!("http://test{UNARY}")).header("content-type", "application/grpc");
    let call = tokio::spawn({
        let mut full = full.clone();
        async move { full.send(request.body(body).unwrap()).await }
    });
    until("the call to arrive", || health.in_flight().count() == 1).await;

    let mut other = Http2::connect(served.addr).await;
    assert_eq!(other.text("/health/live").await, (200, "ok".to_owned()));
    // On the full connection, tonic answers in the place of the layer: in the way of gRPC, a refusal has status 200.
    let shed = full.get("/health/live").await;
    assert_eq!(shed.headers()["grpc-status"], "8");

    message.data(&b"\0\0\0\0\x04\x0a\x02hi"[..]).await;
    drop(message);
    let answer = call.await.unwrap().unwrap();
    assert!(
        answer.headers().get("grpc-status").is_none(),
        "a refusal would be in the head"
    );
    drop(answer);
    until_idle(&health).await;
}
