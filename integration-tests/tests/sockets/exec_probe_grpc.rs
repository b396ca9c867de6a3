//! Exec probes over gRPC, of a real health server, of others, and of none.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use integration_tests::host::{healthy, listen, serve};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_health::ServingStatus;
use tonic_health::server::health_reporter;

use crate::exec_probe::{probe, run, says};
use crate::grpc;

async fn health_server() -> SocketAddr {
    let (reporter, service) = health_reporter();
    for (name, status) in [
        ("orders.v1.Orders", ServingStatus::Serving),
        ("orders.v1.Invoices", ServingStatus::NotServing),
        ("orders.v1.Returns", ServingStatus::Unknown),
    ] {
        reporter.set_service_status(name, status).await;
    }
    let (listener, addr) = listen().await;
    let server = Server::builder().add_service(service);
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    addr
}

#[tokio::test]
async fn serving_is_silence_and_zero() {
    let addr = health_server().await;
    for service in ["", "/", "/orders.v1.Orders"] {
        probe(&format!("grpc://{addr}{service}"))
            .await
            .passed_silently();
    }
    let target = format!("grpc://{addr}");
    let ran = run(&["health-probe", "--verbose", "--timeout=15s", &target]).await;
    assert_eq!(ran.stdout, format!("{target}: SERVING\n"));
}

#[tokio::test]
async fn anything_but_serving_is_four() {
    let addr = health_server().await;
    for (service, status) in [
        ("orders.v1.Invoices", "NOT_SERVING"),
        ("orders.v1.Returns", "UNKNOWN"),
    ] {
        let target = format!("grpc://{addr}/{service}");
        probe(&target)
            .await
            .failed(4, &target, &[status, "log has the cause"]);
    }
}

#[tokio::test]
async fn a_call_that_fails_is_three() {
    let target = format!("grpc://{}/orders.v1.Nothing", health_server().await);
    let contains = [
        "NOT_FOUND",
        "\"orders.v1.Nothing\"",
        "none asks the whole server",
    ];
    probe(&target).await.failed(3, &target, &contains);

    let health = healthy();
    let served = grpc::serve(&health, |server| server).await;
    let target = format!("grpc://{}", served.addr);
    probe(&target)
        .await
        .failed(3, &target, &["UNIMPLEMENTED", "`HealthLayerBuilder::grpc`"]);
}

#[tokio::test]
async fn no_connection_is_two_and_no_proper_answer_three() {
    let (listener, addr) = listen().await;
    drop(listener);
    let target = format!("grpc://{addr}");
    probe(&target)
        .await
        .failed(2, &target, &["nothing listens there"]);

    let target = format!("grpc://{}", says(b"").await);
    let ran = run(&["health-probe", "--timeout", "300ms", &target]).await;
    ran.failed(3, &target, &["no answer within 300ms"]);
    let target = format!("grpc://{}", says(b"HTTP/1.1 400 Bad Request\r\n\r\n").await);
    probe(&target)
        .await
        .failed(3, &target, &["no whole gRPC answer", "http://"]);

    // A gRPC server, asked over HTTP/1.1.
    let target = format!("http://{}/health/live", health_server().await);
    probe(&target).await.failed(3, &target, &["grpc://"]);
    // HTTP/2, and not gRPC.
    let app = axum::Router::new().fallback(async || (http::StatusCode::NOT_FOUND, "no"));
    let target = format!("grpc://{}", serve(app).await);
    probe(&target).await.failed(3, &target, &["HTTP 404"]);
}

/// Answers every call with this body and these trailers.
async fn answers(body: &'static [u8], status: Option<&'static str>) -> String {
    let service = tower::service_fn(move |_request| async move {
        let mut trailers = HeaderMap::new();
        if let Some(status) = status {
            trailers.insert("grpc-status", status.parse().unwrap());
        }
        let frames = [
            Frame::data(Bytes::from_static(body)),
            Frame::trailers(trailers),
        ];
        let body = tokio_stream::iter(frames.map(Ok::<_, std::convert::Infallible>));
        Ok::<_, std::convert::Infallible>(Response::new(StreamBody::new(body)))
    });
    format!("grpc://{}", serve(service).await)
}

#[tokio::test]
async fn answers_that_are_not_whole_are_three_whatever_they_hold() {
    let target = answers(b"\0\0\0\0\x02\x08\x01", Some("0")).await;
    probe(&target).await.passed_silently();
    for body in [
        &b""[..],
        b"\0",
        b"\0\0\0\0\x03\x08\x01",
        b"\x01\0\0\0\x02\x08\x01",
        b"\0\0\0\0\x01\x08",
        &[0; 5000],
    ] {
        let target = answers(body, Some("0")).await;
        probe(&target)
            .await
            .failed(3, &target, &["no whole gRPC answer"]);
    }
    let target = answers(b"\0\0\0\0\x02\x08\x01", None).await;
    probe(&target).await.failed(3, &target, &["no grpc-status"]);
    let target = answers(b"\0\0\0\0\x02\x08\x01", Some("14")).await;
    probe(&target).await.failed(3, &target, &["UNAVAILABLE"]);
    let target = answers(b"\0\0\0\0\x02\x08\x09", Some("0")).await;
    probe(&target).await.failed(4, &target, &["answered 9"]);
}
