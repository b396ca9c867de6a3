//! Clients that leave before they have everything, and time-outs that give up for them: nothing stays in flight.

use std::time::Duration;

use health_tower::HealthLayer;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use integration_tests::host::{self, healthy};
use integration_tests::http2::Http2;
use integration_tests::patience::{until, until_idle};
use integration_tests::wire::Wire;
use tower::{BoxError, ServiceBuilder, service_fn};
use tower_http::timeout::TimeoutLayer;

use crate::in_flight::{Served, serve};

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_in_the_middle_of_a_body_is_gone() {
    let Served {
        health,
        host,
        mut taps,
        ..
    } = serve().await;
    let mut wire = Wire::connect(host.addr()).await;
    wire.request("GET", "/stream").await;
    let tap = taps.next().await;
    tap.data("one").await;
    assert_eq!(wire.head().await.status, 200);
    assert_eq!(health.in_flight().count(), 1);
    drop(wire);
    tap.dropped().await;
    until_idle(&health).await;
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_before_the_response_drops_the_handler() {
    let Served {
        health,
        host,
        mut gate,
        ..
    } = serve().await;
    let mut wire = Wire::connect(host.addr()).await;
    wire.request("GET", "/held").await;
    let held = gate.held().await;
    assert_eq!(health.in_flight().count(), 1);
    drop(wire);
    held.dropped().await;
    until_idle(&health).await;
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_in_the_middle_of_an_upload_is_gone() {
    let Served { health, host, .. } = serve().await;
    let mut wire = Wire::connect(host.addr()).await;
    wire.send("POST /upload HTTP/1.1\r\nhost: test\r\ncontent-length: 8\r\n\r\nhalf")
        .await;
    until("the upload to begin", || health.in_flight().count() == 1).await;
    drop(wire);
    until_idle(&health).await;
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_http2_request_that_the_client_cancels_drops_the_handler() {
    let Served {
        health,
        host,
        mut gate,
        ..
    } = serve().await;
    let http2 = Http2::connect(host.addr()).await;
    let asking = tokio::spawn({
        let mut http2 = http2.clone();
        async move { http2.get("/held").await }
    });
    let held = gate.held().await;
    assert_eq!(health.in_flight().count(), 1);
    asking.abort();
    held.dropped().await;
    until_idle(&health).await;
    drop(http2);
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_out_around_the_layer_drops_the_handler() {
    let health = healthy();
    let never = service_fn(async |_: Request<Incoming>| {
        std::future::pending::<()>().await;
        Ok::<_, BoxError>(Response::new(axum::body::Body::empty()))
    });
    let short = Duration::from_millis(20);
    let service = ServiceBuilder::new()
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            short,
        ))
        .layer(HealthLayer::new(&health))
        .service(never);
    let mut wire = Wire::connect(host::serve(service).await).await;
    assert_eq!(wire.get("/").await.plain(), (408, ""));
    until_idle(&health).await;
}
