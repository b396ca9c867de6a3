//! What counts as in flight, and until when: over HTTP/1.

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use health_tower::{Health, HealthLayer};
use http::StatusCode;
use integration_tests::gate::{Gate, gate};
use integration_tests::host::{Host, healthy};
use integration_tests::patience::{until, until_idle};
use integration_tests::tap::{Taps, taps};
use integration_tests::wire::Wire;

/// An application of which every response is in the test's hands.
pub(crate) struct Served {
    pub(crate) health: Health,
    pub(crate) host: Host,
    pub(crate) gate: Gate,
    pub(crate) taps: Taps,
}

pub(crate) async fn serve() -> Served {
    let (health, (door, gate), (opener, taps)) = (healthy(), gate(), taps());
    let held = async move || {
        door.enter().await;
        "done"
    };
    let app = Router::new()
        .route("/held", get(held))
        .route("/stream", get(async move || Body::new(opener.open())))
        .route(
            "/panic",
            get(async || -> StatusCode { panic!("a handler that panics, on purpose") }),
        )
        .route("/empty", get(async || ""))
        .route("/no-content", get(async || StatusCode::NO_CONTENT))
        .route("/not-modified", get(async || StatusCode::NOT_MODIFIED))
        .route("/upload", post(async |text: String| text))
        .layer(HealthLayer::new(&health));
    let host = Host::start(&health, app).await;
    Served {
        health,
        host,
        gate,
        taps,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_counts_until_its_body_has_ended() {
    let Served {
        health,
        host,
        mut taps,
        ..
    } = serve().await;
    let mut wire = Wire::connect(host.addr()).await;
    for _ in 0..3 {
        wire.request("GET", "/stream").await;
        let tap = taps.next().await;
        assert_eq!(wire.head().await.status, 200);
        for piece in ["one", "two"] {
            assert_eq!(health.in_flight().count(), 1);
            tap.data(piece).await;
            assert_eq!(wire.chunk().await.unwrap().unwrap(), piece.as_bytes());
        }
        assert_eq!(health.in_flight().count(), 1);
        drop(tap);
        assert_eq!(wire.chunk().await.unwrap(), None);
        until_idle(&health).await;
    }
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_counts_while_it_arrives() {
    let Served { health, host, .. } = serve().await;
    let mut wire = Wire::connect(host.addr()).await;
    wire.send("POST /upload HTTP/1.1\r\nhost: test\r\ncontent-length: 8\r\n\r\nhalf")
        .await;
    until("the upload to begin", || health.in_flight().count() == 1).await;
    wire.send("half").await;
    assert_eq!(wire.answer().await.plain(), (200, "halfhalf"));
    until_idle(&health).await;
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_panics_is_not_in_flight_any_more() {
    let Served { health, host, .. } = serve().await;
    let mut wire = Wire::connect(host.addr()).await;
    wire.request("GET", "/panic").await;
    assert_eq!(wire.rest().await, b"", "axum hangs up");
    until_idle(&health).await;
    let mut wire = Wire::connect(host.addr()).await;
    assert_eq!(wire.get("/health/live").await.plain(), (200, "ok"));
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn responses_without_a_body() {
    let Served {
        health,
        host,
        mut taps,
        ..
    } = serve().await;
    let mut wire = Wire::connect(host.addr()).await;
    let rows = [
        ("/empty", 200),
        ("/no-content", 204),
        ("/not-modified", 304),
        ("/nothing", 404),
    ];
    for (path, status) in rows {
        assert_eq!(wire.get(path).await.plain(), (status, ""), "{path}");
        until_idle(&health).await;
    }
    // A body that nobody may send is dropped unread.
    wire.request("HEAD", "/stream").await;
    assert_eq!(wire.head().await.status, 200);
    taps.next().await.dropped().await;
    until_idle(&health).await;
    assert_eq!(wire.get("/health/live").await.plain(), (200, "ok"));
    host.stop().await;
}
