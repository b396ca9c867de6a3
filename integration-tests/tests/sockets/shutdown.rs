//! The drain, step by step, as clients see it.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use health_tower::{DrainPolicy, Health, HealthLayer, Phase, Trigger};
use integration_tests::host::{Host, builder};
use integration_tests::http2::Http2;
use integration_tests::patience::{patiently, pause, until_idle};
use integration_tests::tap::{Opener, taps};
use integration_tests::wire::Wire;
use tokio::net::TcpStream;

pub(crate) fn draining(lame_duck: Duration, deadline: Duration) -> Health {
    let policy = DrainPolicy::default()
        .lame_duck(lame_duck)
        .deadline(deadline);
    builder().drain(policy).start().unwrap()
}

pub(crate) async fn start(health: &Health, opener: Opener) -> Host {
    let app = Router::new()
        .route("/stream", get(async move || Body::new(opener.open())))
        .route("/orders", get(async || "orders"))
        .layer(HealthLayer::new(health));
    Host::start(health, app).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lame_duck_accepts_and_serves_and_is_not_ready() {
    // It lasts longer than any test.
    let hours = Duration::from_secs(7200);
    let health = draining(hours, 2 * hours);
    let (opener, mut taps) = taps();
    let host = start(&health, opener).await;
    let mut kept = Wire::connect(host.addr()).await;
    assert_eq!(kept.get("/health/ready").await.plain(), (200, "ok"));
    let mut streaming = Wire::connect(host.addr()).await;
    streaming.request("GET", "/stream").await;
    let tap = taps.next().await;

    health.shutdown();
    for _ in 0..5 {
        let mut fresh = Wire::connect(host.addr()).await;
        for wire in [&mut kept, &mut fresh] {
            assert_eq!(
                wire.get("/health/ready").await.plain(),
                (503, "unavailable")
            );
            assert_eq!(wire.get("/health/live").await.plain(), (200, "ok"));
            assert_eq!(wire.get("/health/startup").await.plain(), (200, "ok"));
            assert_eq!(wire.get("/orders").await.plain(), (200, "orders"));
        }
        let mut http2 = Http2::connect(host.addr()).await;
        assert_eq!(
            http2.text("/health/ready").await,
            (503, "unavailable".to_owned())
        );
        assert_eq!(http2.text("/orders").await, (200, "orders".to_owned()));
    }
    assert_eq!(health.snapshot().phase(), Phase::Draining);
    tap.data("whole").await;
    drop(tap);
    assert_eq!(streaming.answer().await.plain(), (200, "whole"));
    until_idle(&health).await;
    // Nothing in flight is no reason to stop accepting early.
    assert_eq!(health.snapshot().phase(), Phase::Draining);
    assert_eq!(kept.get("/orders").await.plain(), (200, "orders"));
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_refuses_connections_and_finishes_what_was_begun() {
    let lame_duck = Duration::from_millis(200);
    let health = draining(lame_duck, Duration::from_secs(60));
    let (opener, mut taps) = taps();
    let host = start(&health, opener).await;
    let mut idle = Wire::connect(host.addr()).await;
    assert_eq!(idle.get("/orders").await.plain(), (200, "orders"));
    let mut silent = Wire::connect(host.addr()).await;
    let mut download = Wire::connect(host.addr()).await;
    download.request("GET", "/stream").await;
    let tap = taps.next().await;
    assert_eq!(download.head().await.status, 200);
    let mut http2 = Http2::connect(host.addr()).await;
    let mut stream = http2.get("/stream").await.into_body();
    let second_tap = taps.next().await;

    health.shutdown();
    patiently("closing", health.closing()).await;
    assert!(health.snapshot().phase() >= Phase::Closing);
    let refused = async {
        while TcpStream::connect(host.addr()).await.is_ok() {
            pause().await;
        }
    };
    patiently("the listener to close", refused).await;
    assert_eq!(idle.rest().await, b"", "what is idle is closed");
    assert_eq!(silent.rest().await, b"", "so is what never asked");

    for number in 0..50 {
        let piece = format!("piece {number}");
        tap.data(piece.clone()).await;
        second_tap.data(piece.clone()).await;
        assert_eq!(download.chunk().await.unwrap().unwrap(), piece.as_bytes());
        let frame = patiently(&piece, http_body_util::BodyExt::frame(&mut stream)).await;
        assert_eq!(frame.unwrap().unwrap().into_data().unwrap(), piece);
    }
    assert_eq!(health.in_flight().count(), 2);
    assert_eq!(health.snapshot().phase(), Phase::Closing);
    drop((tap, second_tap));
    assert_eq!(
        download.chunk().await.unwrap(),
        None,
        "the download is whole"
    );
    let rest = patiently("the end", http_body_util::BodyExt::collect(stream)).await;
    assert!(rest.unwrap().to_bytes().is_empty(), "so is the stream");

    let report = host.report().await;
    assert!(report.is_clean(), "{report}");
    assert_eq!((report.trigger, report.forced), (Trigger::Requested, false));
    assert_eq!(report.lame_duck, lame_duck);
    assert_eq!(health.snapshot().phase(), Phase::Closed);
}
