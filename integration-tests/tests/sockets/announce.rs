//! Handlers that are told of closing end their streams themselves: nothing is cut short, and nobody waits for the deadline.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::response::sse::{Event, Sse};
use axum::routing::{any, get};
use axum::{Extension, Router};
use futures_util::StreamExt as _;
use health_tower::{Closing, Health, HealthLayer};
use integration_tests::host::Host;
use integration_tests::patience::{patiently, until_idle};
use integration_tests::wire::Wire;

use crate::listener_upgrades::{expect_message, web_socket};
use crate::shutdown::draining;

async fn events(
    Extension(closing): Extension<Closing>,
) -> Sse<impl futures_util::Stream<Item = Result<Event, Infallible>>> {
    let first = futures_util::stream::iter([Ok(Event::default().data("one"))]);
    Sse::new(
        first
            .chain(futures_util::stream::pending())
            .take_until(closing),
    )
}

async fn socket(
    Extension(closing): Extension<Closing>,
    upgrade: WebSocketUpgrade,
) -> http::Response<axum::body::Body> {
    upgrade.on_upgrade(async move |mut socket| {
        let mut closing = std::pin::pin!(closing);
        loop {
            let message = tokio::select! {
                Some(Ok(message)) = socket.recv() => message,
                () = &mut closing => break,
            };
            if socket.send(message).await.is_err() {
                return;
            }
        }
        let _gone = socket.send(Message::Close(None)).await;
    })
}

async fn start(announce: bool) -> (Health, Host) {
    let health = draining(Duration::ZERO, Duration::from_secs(7200));
    let layer = HealthLayer::builder(&health)
        .announce(announce)
        .build()
        .unwrap();
    let told = get(async |closing: Option<Extension<Closing>>| closing.is_some().to_string());
    let app = Router::new()
        .route("/events", get(events))
        .route("/ws", any(socket))
        .route("/told", told)
        .layer(layer);
    let host = Host::tracked(&health, app).await;
    (health, host)
}

#[tokio::test(flavor = "multi_thread")]
async fn server_sent_events_end_whole_at_closing() {
    let (health, host) = start(true).await;
    let mut wire = Wire::connect(host.addr()).await;
    wire.request("GET", "/events").await;
    assert_eq!(
        wire.head().await.header("content-type"),
        Some("text/event-stream")
    );
    assert_eq!(wire.chunk().await.unwrap().unwrap(), b"data: one\n\n");
    health.shutdown();
    let report = host.report().await;
    assert!(report.is_clean(), "{report}");
    assert_eq!(wire.chunk().await.unwrap(), None, "the stream is whole");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_socket_says_goodbye_at_closing() {
    let (health, host) = start(true).await;
    let mut wire = web_socket(&host).await;
    expect_message(&mut wire, "before").await;
    until_idle(&health).await;
    health.shutdown();
    assert_eq!(patiently("goodbye", wire.exactly(2)).await, [0x88, 0]);
    let report = host.report().await;
    assert!(report.is_clean(), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_want_it_are_told() {
    for announce in [true, false] {
        let (_health, host) = start(announce).await;
        let mut wire = Wire::connect(host.addr()).await;
        assert_eq!(
            wire.get("/told").await.plain(),
            (200, &*announce.to_string())
        );
        host.stop().await;
    }
}
