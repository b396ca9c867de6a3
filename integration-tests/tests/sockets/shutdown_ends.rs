//! How a drain ends: whole, at the deadline, or with the server's own error.

use std::io;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use health_tower::{HealthLayer, Probe, Trigger};
use integration_tests::gate::gate;
use integration_tests::host::{Host, healthy, listen};
use integration_tests::patience::{patiently, until_idle};
use integration_tests::tap::taps;
use integration_tests::wire::Wire;
use tokio::io::AsyncWriteExt as _;

use crate::shutdown::{draining, start};

const DEADLINE: Duration = Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_never_ends_is_ended_at_the_deadline() {
    let health = draining(Duration::ZERO, DEADLINE);
    let (door, mut gate) = gate();
    let never = get(async move || door.enter().await);
    let app = Router::new()
        .route("/never", never)
        .layer(HealthLayer::new(&health));
    let host = Host::start(&health, app).await;
    let mut wire = Wire::connect(host.addr()).await;
    wire.request("GET", "/never").await;
    let _held = gate.held().await;
    health.shutdown();
    let report = host.report().await;
    assert_eq!(
        (report.remaining, report.server_ended, report.forced),
        (1, true, false)
    );
    assert!(!report.is_clean());
    assert!(report.lame_duck + report.closing >= DEADLINE, "{report}");
    assert_eq!(report.unfinished[0].what(), "GET /never");
    let answer = wire.answer().await;
    assert_eq!(answer.plain(), (503, "unavailable"));
    assert_eq!(answer.header("connection"), Some("close"));
    assert_eq!(wire.rest().await, b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_never_ends_is_cut_short_at_the_deadline() {
    let health = draining(Duration::ZERO, DEADLINE);
    let (opener, mut taps) = taps();
    let host = start(&health, opener).await;
    let mut wire = Wire::connect(host.addr()).await;
    wire.request("GET", "/stream").await;
    let _tap = taps.next().await;
    assert_eq!(wire.head().await.status, 200);
    health.shutdown();
    let report = host.report().await;
    assert_eq!(
        (report.remaining, report.server_ended, report.forced),
        (1, true, false)
    );
    assert_eq!(report.unfinished[0].what(), "GET /stream");
    // Without the last chunk: nobody takes the part for the whole.
    assert!(wire.chunk().await.is_err());
}

/// hyper has taken the whole body, so nothing is in flight any more; but the client hasn't got it. Only the server knows.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_reads_slowly_gets_everything() {
    const SIZE: usize = 32 << 20;
    let health = healthy();
    let app = Router::new().route("/", get(async || vec![b'x'; SIZE]));
    let host = Host::start(&health, app.layer(HealthLayer::new(&health))).await;
    let mut wire = Wire::connect(host.addr()).await;
    wire.request("GET", "/").await;
    let head = wire.head().await;
    assert_eq!(head.header("content-length"), Some("33554432"));
    until_idle(&health).await;
    health.shutdown();
    patiently("closing", health.closing()).await;
    assert!(wire.exactly(SIZE).await.iter().all(|byte| *byte == b'x'));
    let report = host.report().await;
    assert!(report.is_clean(), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_never_gets_whole_holds_nobody_up() {
    let health = draining(Duration::ZERO, Duration::from_secs(7200));
    let host = start(&health, taps().0).await;
    let mut wire = Wire::connect(host.addr()).await;
    assert_eq!(wire.get("/orders").await.plain(), (200, "orders"));
    wire.send("GET /orders HTTP/1.1\r\nhost:").await;
    health.shutdown();
    let report = host.report().await;
    assert!(report.is_clean(), "{report}");
    assert_eq!(wire.rest().await, b"");
}

/// Accepts one connection, says goodbye, and ends like that.
async fn serve_one(end: Result<(), io::Error>) -> Result<(), io::Error> {
    let (listener, addr) = listen().await;
    let client = tokio::spawn(async move { Wire::connect(addr).await.rest().await });
    listener.accept().await?.0.write_all(b"goodbye").await?;
    assert_eq!(client.await.unwrap(), b"goodbye");
    end
}

#[tokio::test]
async fn an_error_of_the_server_passes_and_readiness_is_down() {
    let health = healthy();
    let broken = serve_one(Err(io::ErrorKind::ConnectionAborted.into()));
    let error = patiently("the error", health.run(broken))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionAborted);
    assert!(!health.status(Probe::Readiness).is_up());

    let health = healthy();
    let report = patiently("the end", health.run(serve_one(Ok(()))))
        .await
        .unwrap();
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.trigger, Trigger::ServerEnded);
    let planned = health.snapshot().shutdown().unwrap().deadline();
    assert!(
        report.lame_duck + report.closing < planned / 2,
        "the lame duck is not waited for: {report}"
    );
}
