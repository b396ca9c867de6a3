//! tonic around the layer: probes over both protocols, and calls as they were.

use std::net::SocketAddr;

use bytes::Bytes;
use health_tower::{DrainReport, Health, HealthLayer};
use http_body_util::{BodyExt, Full};
use integration_tests::host::{healthy, listen};
use integration_tests::http2::Http2;
use integration_tests::patience::{patiently, until_idle};
use integration_tests::wire::Wire;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tonic::Code;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use crate::echo::{Echo, EchoClient, Source, UNARY};

/// What serves, where, and what is to be streamed.
pub(crate) struct Served {
    pub(crate) addr: SocketAddr,
    pub(crate) sources: mpsc::UnboundedReceiver<Source>,
    pub(crate) run: JoinHandle<Result<DrainReport, tonic::transport::Error>>,
}

pub(crate) async fn serve(health: &Health, configure: impl FnOnce(Server) -> Server) -> Served {
    let (listener, addr) = listen().await;
    let (echo, sources) = Echo::new();
    let server = configure(Server::builder())
        .layer(HealthLayer::new(health))
        .add_service(echo);
    let server = server.serve_with_incoming_shutdown(TcpIncoming::from(listener), health.closing());
    let health = health.clone();
    let run = tokio::spawn(async move { health.run(server).await });
    Served { addr, sources, run }
}

#[tokio::test]
async fn http1_probes_are_answered_where_tonic_accepts_http1() {
    let health = healthy();
    let Served { addr, .. } = serve(&health, |server| server.accept_http1(true)).await;
    let mut wire = Wire::connect(addr).await;
    assert_eq!(wire.get("/health/live").await.plain(), (200, "ok"));
    assert_eq!(wire.get("/health/ready").await.plain(), (200, "ok"));
    let mut http2 = Http2::connect(addr).await;
    assert_eq!(http2.text("/health/live").await, (200, "ok".to_owned()));
}

#[tokio::test]
async fn without_accept_http1_only_http2_probes_are_answered() {
    let health = healthy();
    let Served { addr, .. } = serve(&health, |server| server).await;
    let mut http2 = Http2::connect(addr).await;
    assert_eq!(http2.text("/health/live").await, (200, "ok".to_owned()));
    assert_eq!(http2.text("/health/ready").await, (200, "ok".to_owned()));
    let mut wire = Wire::connect(addr).await;
    wire.request("GET", "/health/live").await;
    let refused = wire.rest().await;
    assert!(
        !refused.starts_with(b"HTTP/1"),
        "{}",
        refused.escape_ascii()
    );
}

#[tokio::test]
async fn a_unary_call_keeps_its_metadata_its_status_and_its_trailers() {
    let health = healthy();
    let Served { addr, .. } = serve(&health, |server| server).await;
    let mut client = EchoClient::connect(addr).await;
    let response = patiently("an echo", client.unary("hello")).await.unwrap();
    assert_eq!(response.metadata().get("x-echo").unwrap(), "yes");
    assert_eq!(response.into_inner(), "hello");
    let status = patiently("a failure", client.unary("fail"))
        .await
        .unwrap_err();
    assert_eq!(
        (status.code(), status.message()),
        (Code::FailedPrecondition, "as asked")
    );

    // The same without a client that interprets: an uncompressed message of four bytes, field 1 = "hi".
    let message = Full::new(Bytes::from_static(b"\0\0\0\0\x04\x0a\x02hi"));
    let request = http::Request::post(format!("http://test{UNARY}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    let mut http2 = Http2::connect(addr).await;
    let response = http2.send(request.body(message).unwrap()).await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/grpc");
    let body = patiently("the trailers", response.collect()).await.unwrap();
    assert_eq!(body.trailers().unwrap()["grpc-status"], "0");
    assert_eq!(body.to_bytes(), b"\0\0\0\0\x04\x0a\x02hi".as_slice());
    until_idle(&health).await;
}
