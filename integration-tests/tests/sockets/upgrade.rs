//! HTTP/1 upgrades: the connection becomes something else, and counts only where somebody holds it.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::routing::get;
use health_tower::{Health, HealthLayer, Hold};
use http::{Response, StatusCode};
use integration_tests::host::{Host, healthy};
use integration_tests::patience::{patiently, until_idle};
use integration_tests::wire::Wire;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Switches to a protocol that sends back whatever arrives.
pub(crate) async fn switch(request: Request, hold: Option<Hold>) -> Response<Body> {
    tokio::spawn(async move {
        let _hold = hold;
        let upgraded = hyper::upgrade::on(request).await?;
        let mut stream = hyper_util::rt::TokioIo::new(upgraded);
        let mut bytes = [0; 16];
        while let Ok(count @ 1..) = stream.read(&mut bytes).await {
            if stream.write_all(&bytes[..count]).await.is_err() {
                break;
            }
        }
        hyper::Result::Ok(())
    });
    let response = Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header("connection", "upgrade")
        .header("upgrade", "echo");
    response.body(Body::empty()).expect("a fine response")
}

fn app(health: &Health) -> Router {
    let held = {
        let health = health.clone();
        get(async move |request: Request| switch(request, Some(health.hold())).await)
    };
    let loose = get(async |request: Request| switch(request, None).await);
    let app = Router::new().route("/held", held).route("/loose", loose);
    app.layer(HealthLayer::new(health))
}

pub(crate) async fn upgrade(host: &Host, path: &str) -> Wire {
    let mut wire = Wire::connect(host.addr()).await;
    wire.send(format!(
        "GET {path} HTTP/1.1\r\nhost: test\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n"
    ))
    .await;
    let head = wire.head().await;
    assert_eq!((head.status, head.header("upgrade")), (101, Some("echo")));
    wire
}

pub(crate) async fn expect_echo(wire: &mut Wire, text: &str) {
    wire.send(text).await;
    assert_eq!(wire.exactly(text.len()).await, text.as_bytes());
}

#[tokio::test]
async fn an_upgraded_connection_works_and_is_held_until_it_ends() {
    let health = healthy();
    let host = Host::start(&health, app(&health)).await;
    let mut wire = upgrade(&host, "/held").await;
    for text in ["a few", "bytes", "GET /health/live HTTP/1.1\r\n\r\n"] {
        expect_echo(&mut wire, text).await;
        assert_eq!(health.in_flight().count(), 1);
    }
    drop(wire);
    until_idle(&health).await;
    host.stop().await;
}

#[tokio::test]
async fn a_drain_waits_for_a_held_upgrade() {
    let health = healthy();
    let host = Host::start(&health, app(&health)).await;
    let mut wire = upgrade(&host, "/held").await;
    expect_echo(&mut wire, "before").await;
    health.shutdown();
    patiently("closing", health.closing()).await;
    expect_echo(&mut wire, "while it drains").await;
    assert_eq!(health.in_flight().count(), 1);
    drop(wire);
    let report = host.report().await;
    assert!(report.is_clean(), "{report}");
}

/// What `hold()` is for: without it the drain can't know of the connection.
#[tokio::test]
async fn a_drain_does_not_wait_for_an_upgrade_that_nobody_holds() {
    let health = healthy();
    let host = Host::start(&health, app(&health)).await;
    let mut wire = upgrade(&host, "/loose").await;
    expect_echo(&mut wire, "before").await;
    until_idle(&health).await;
    health.shutdown();
    let report = host.report().await;
    assert!(report.is_clean(), "{report}");
    expect_echo(&mut wire, "after the end").await;
}
