//! What the layer can't end, since the application has done its part or was never asked: the listener ends it at the deadline.

use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::{get, post};
use health_tower::{DrainReport, Health, HealthLayer};
use http_body_util::BodyExt as _;
use integration_tests::host::Host;
use integration_tests::http2::Http2;
use integration_tests::patience::{patiently, until, until_idle};
use integration_tests::wire::Wire;

use crate::shutdown::draining;

pub(crate) const DEADLINE: Duration = Duration::from_millis(300);
/// More than any socket's buffers take.
const SIZE: usize = 64 << 20;

pub(crate) async fn tracked(app: Router) -> (Health, Host) {
    let health = draining(Duration::ZERO, DEADLINE);
    let host = Host::tracked(&health, app.layer(HealthLayer::new(&health))).await;
    (health, host)
}

/// Shuts down; the end comes at the deadline, and not long after it.
pub(crate) async fn ends_at_the_deadline(health: &Health, host: Host) -> DrainReport {
    let began = Instant::now();
    health.shutdown();
    let report = host.report().await;
    // A second for the ending, and some for a machine that has other things to do.
    let longest = DEADLINE + Duration::from_secs(5);
    assert!((DEADLINE..longest).contains(&began.elapsed()), "{report}");
    assert!(report.server_ended && !report.is_clean(), "{report}");
    assert_eq!(health.snapshot().connections(), 0);
    report
}

fn download() -> Router {
    Router::new().route("/", get(async || Bytes::from(vec![b'x'; SIZE])))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_reads_its_response() {
    let (health, host) = tracked(download()).await;
    let mut wire = Wire::connect(host.addr()).await;
    wire.request("GET", "/").await;
    assert_eq!(wire.head().await.status, 200);
    until_idle(&health).await;
    let report = ends_at_the_deadline(&health, host).await;
    assert_eq!((report.remaining, report.connections), (0, 1));
    let peer = format!("a connection from {}", wire.local_addr());
    assert_eq!(report.open_connections[0].what(), peer);
    assert!(
        report
            .to_string()
            .contains("0 still in flight, 1 connection open"),
        "{report}"
    );
    assert!(wire.try_rest().await.is_err(), "it is reset, not closed");
}

/// The response that only the end of the connection ends: it must not look whole.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_http_1_0_that_never_reads_sees_that_it_is_not_the_whole() {
    let stream = || {
        tokio_stream::iter(std::iter::repeat_n(
            Ok::<_, std::convert::Infallible>(vec![b'x'; 1 << 16]),
            1024,
        ))
    };
    let app = Router::new().route("/", get(async move || Body::from_stream(stream())));
    let (health, host) = tracked(app).await;
    let mut wire = Wire::connect(host.addr()).await;
    wire.send("GET / HTTP/1.0\r\n\r\n").await;
    let head = wire.head().await;
    assert_eq!(
        (
            head.status,
            head.header("content-length"),
            head.header("transfer-encoding")
        ),
        (200, None, None)
    );
    let report = ends_at_the_deadline(&health, host).await;
    assert_eq!(report.connections, 1);
    assert!(wire.try_rest().await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_http2_that_never_reads() {
    let (health, host) = tracked(download()).await;
    let mut http2 = Http2::connect(host.addr()).await;
    let response = http2.get("/").await;
    let report = ends_at_the_deadline(&health, host).await;
    assert_eq!(report.connections, 1);
    let body = patiently("the end", response.into_body().collect()).await;
    assert!(body.is_err(), "nobody takes the part for the whole");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_finishes_its_upload() {
    let app = Router::new().route("/upload", post(async |body: Bytes| body));
    let (health, host) = tracked(app).await;
    let mut wire = Wire::connect(host.addr()).await;
    wire.send("POST /upload HTTP/1.1\r\nhost: test\r\ncontent-length: 8\r\n\r\nhalf")
        .await;
    until("the upload", || health.in_flight().count() == 1).await;
    let report = ends_at_the_deadline(&health, host).await;
    assert_eq!((report.remaining, report.connections), (1, 1));
    assert_eq!(report.unfinished[0].what(), "POST /upload");
    assert_eq!(wire.answer().await.plain(), (503, "unavailable"));
}

/// The application answers before it has read all, and the server goes on reading.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_on_uploading_what_nobody_reads() {
    let (health, host) = tracked(Router::new().route("/upload", post(async || "enough"))).await;
    let mut wire = Wire::connect(host.addr()).await;
    wire.send("POST /upload HTTP/1.1\r\nhost: test\r\ncontent-length: 800000\r\n\r\nhalf")
        .await;
    assert_eq!(wire.answer().await.plain(), (200, "enough"));
    health.shutdown();
    let report = host.report().await;
    assert!(report.is_clean(), "it has its answer: {report}");
}

/// The server waits for the rest of it, and so does the drain: only a time-out for heads, which is the server's, ends it earlier.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_finishes_its_first_head() {
    let (health, host) = tracked(Router::new()).await;
    let mut wire = Wire::connect(host.addr()).await;
    wire.send("GET /orders HTTP/1.1\r\nhost:").await;
    // The server has looked at it: it would close what is silent.
    let mut other = Wire::connect(host.addr()).await;
    assert_eq!(other.get("/health/live").await.plain(), (200, "ok"));
    let report = ends_at_the_deadline(&health, host).await;
    assert_eq!((report.remaining, report.connections), (0, 1));
    assert!(wire.try_rest().await.is_err(), "it is reset");
}
