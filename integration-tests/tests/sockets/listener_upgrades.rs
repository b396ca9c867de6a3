//! Upgraded connections, of which the layer knows nothing any more: waited for, and ended at the deadline.

use std::time::Duration;

use axum::Router;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::routing::{any, get};
use bytes::Bytes;
use health_tower::{Health, HealthLayer, TrackedListener};
use http::{Request, Response};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use integration_tests::host::{Host, listen};
use integration_tests::patience::{patiently, until_idle};
use integration_tests::wire::Wire;
use tower::{Layer as _, service_fn};

use crate::listener_ends::{DEADLINE, ends_at_the_deadline, tracked};
use crate::shutdown::draining;
use crate::upgrade::{expect_echo, switch, upgrade};

/// Longer than any test.
const HOURS: Duration = Duration::from_secs(7200);

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if socket.send(message).await.is_err() {
            break;
        }
    }
}

fn app() -> Router {
    let socket = any(async |upgrade: WebSocketUpgrade| upgrade.on_upgrade(echo));
    let loose = get(async |request| switch(request, None).await);
    Router::new().route("/ws", socket).route("/loose", loose)
}

pub(crate) async fn web_socket(host: &Host) -> Wire {
    let mut wire = Wire::connect(host.addr()).await;
    wire.send(
        "GET /ws HTTP/1.1\r\nhost: test\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    )
    .await;
    let head = wire.head().await;
    let accepted = head.header("sec-websocket-accept");
    assert_eq!(
        (head.status, accepted),
        (101, Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
    );
    wire
}

/// A text frame there, masked with zeros, and back.
pub(crate) async fn expect_message(wire: &mut Wire, text: &str) {
    let length = u8::try_from(text.len()).unwrap();
    wire.send([&[0x81, 0x80 | length, 0, 0, 0, 0], text.as_bytes()].concat())
        .await;
    assert_eq!(
        wire.exactly(2 + text.len()).await,
        [&[0x81, length], text.as_bytes()].concat()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_waits_for_a_web_socket_and_for_any_other_upgrade() {
    let health = draining(Duration::ZERO, HOURS);
    let host = Host::tracked(&health, app().layer(HealthLayer::new(&health))).await;
    let mut socket = web_socket(&host).await;
    let mut other = upgrade(&host, "/loose").await;
    expect_message(&mut socket, "before").await;
    expect_echo(&mut other, "before").await;
    until_idle(&health).await;
    assert_eq!(health.snapshot().connections(), 2);
    health.shutdown();
    patiently("closing", health.closing()).await;
    for number in 0..20 {
        expect_message(&mut socket, &format!("while it drains {number}")).await;
        expect_echo(&mut other, &format!("{number}")).await;
    }
    drop(other);
    expect_message(&mut socket, "the last").await;
    drop(socket);
    let report = host.report().await;
    assert!(report.is_clean(), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_socket_and_any_other_upgrade_are_ended_at_the_deadline() {
    let (health, host) = tracked(app()).await;
    let mut socket = web_socket(&host).await;
    let mut other = upgrade(&host, "/loose").await;
    expect_message(&mut socket, "before").await;
    expect_echo(&mut other, "before").await;
    until_idle(&health).await;
    let report = ends_at_the_deadline(&health, host).await;
    assert_eq!((report.remaining, report.connections), (0, 2));
    assert!(
        report.to_string().contains("2 connections open"),
        "{report}"
    );
    for wire in [&mut socket, &mut other] {
        assert!(wire.try_rest().await.is_err(), "it is reset");
    }
}

/// Both halves on tasks of their own, as a proxy has them: one waits for a client that says nothing, the other for one that doesn't
/// read.
async fn tunnel(request: Request<Incoming>) -> hyper::Result<()> {
    let upgraded = hyper::upgrade::on(request).await?;
    let (mut read, mut write) = tokio::io::split(TokioIo::new(upgraded));
    let reads =
        tokio::spawn(async move { tokio::io::copy(&mut read, &mut tokio::io::sink()).await });
    let writes =
        tokio::spawn(
            async move { tokio::io::copy(&mut tokio::io::repeat(b'x'), &mut write).await },
        );
    let (read, written) = tokio::join!(reads, writes);
    for end in [read, written] {
        assert!(end.expect("no panic").is_err());
    }
    Ok(())
}

/// Serves CONNECT over a plain accept loop.
async fn proxy(health: &Health) -> std::net::SocketAddr {
    let (listener, addr) = listen().await;
    let mut listener = TrackedListener::new(health, listener);
    let connect = service_fn(async |request: Request<Incoming>| {
        assert_eq!(request.method(), "CONNECT");
        tokio::spawn(tunnel(request));
        Ok::<_, std::convert::Infallible>(Response::new(Empty::<Bytes>::new()))
    });
    let service = HealthLayer::new(health).layer(connect);
    tokio::spawn(async move {
        while let Ok((io, _)) = listener.accept().await {
            let service = TowerToHyperService::new(service.clone());
            let server = hyper::server::conn::http1::Builder::new();
            let connection = server.serve_connection(TokioIo::new(io), service);
            tokio::spawn(connection.with_upgrades());
        }
    });
    addr
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connect_tunnel_is_ended_at_the_deadline_in_both_directions() {
    let health = draining(Duration::ZERO, DEADLINE);
    let mut wire = Wire::connect(proxy(&health).await).await;
    wire.send("CONNECT orders:443 HTTP/1.1\r\nhost: orders:443\r\n\r\n")
        .await;
    assert_eq!(wire.head().await.status, 200);
    until_idle(&health).await;
    health.shutdown();
    // The loop stands for no server: it accepts until the end of the test.
    let report = patiently(
        "the report",
        health.run(async { Ok::<_, std::io::Error>(()) }),
    )
    .await
    .unwrap();
    assert_eq!(
        (report.remaining, report.connections, report.is_clean()),
        (0, 1, false)
    );
    assert_eq!(health.snapshot().connections(), 0);
    assert!(wire.try_rest().await.is_err());
}
