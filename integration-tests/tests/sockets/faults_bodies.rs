//! Bodies that go wrong while it drains: what is left is nothing, and the drain doesn't wait for it.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use bytes::Bytes;
use health_tower::{Health, HealthLayer};
use http_body::Frame;
use http_body_util::BodyExt as _;
use integration_tests::host::Host;
use integration_tests::http2::Http2;
use integration_tests::patience::{patiently, until_idle};
use integration_tests::tap::{TapBody, Taps, taps};
use integration_tests::wire::Wire;

use crate::shutdown::draining;

/// Passes on what comes out of a tap, and panics at its end.
struct Panicking(TapBody);

impl http_body::Body for Panicking {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = Pin::new(&mut self.0).poll_frame(cx);
        assert!(
            !matches!(frame, Poll::Ready(None)),
            "a panic in the middle of a body, as the test wants it"
        );
        frame
    }
}

async fn start() -> (Health, Host, Taps) {
    // Nobody waits for that long.
    let health = draining(Duration::ZERO, Duration::from_secs(7200));
    let (opener, taps) = taps();
    let streams = opener.clone();
    let app = Router::new()
        .route(
            "/panics",
            get(async move || Body::new(Panicking(opener.open()))),
        )
        .route("/stream", get(async move || Body::new(streams.open())))
        .layer(HealthLayer::new(&health));
    let host = Host::tracked(&health, app).await;
    (health, host, taps)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_the_middle_of_a_body_leaves_nothing_in_flight() {
    let (health, host, mut taps) = start().await;
    let mut wire = Wire::connect(host.addr()).await;
    wire.request("GET", "/panics").await;
    let first = taps.next().await;
    let mut http2 = Http2::connect(host.addr()).await;
    let mut body = http2.get("/panics").await.into_body();
    let second = taps.next().await;
    for tap in [&first, &second] {
        tap.data("one").await;
    }
    assert_eq!(wire.head().await.status, 200);
    assert_eq!(wire.chunk().await.unwrap().unwrap(), b"one");
    assert!(patiently("one", body.frame()).await.unwrap().is_ok());
    health.shutdown();
    patiently("closing", health.closing()).await;
    assert_eq!(health.in_flight().count(), 2);
    drop((first, second));
    assert!(wire.chunk().await.is_err(), "the part is not the whole");
    assert!(patiently("the end", body.collect()).await.is_err());
    let report = host.report().await;
    assert!(report.is_clean(), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_in_the_middle_of_a_body_is_not_waited_for() {
    let (health, host, mut taps) = start().await;
    let mut wire = Wire::connect(host.addr()).await;
    wire.request("GET", "/stream").await;
    let first = taps.next().await;
    let mut http2 = Http2::connect(host.addr()).await;
    let body = http2.get("/stream").await.into_body();
    let second = taps.next().await;
    first.data("one").await;
    assert_eq!(wire.head().await.status, 200);
    health.shutdown();
    patiently("closing", health.closing()).await;
    drop((wire, body));
    for tap in [&first, &second] {
        tap.dropped().await;
    }
    until_idle(&health).await;
    let report = host.report().await;
    assert!(report.is_clean(), "{report}");
}
