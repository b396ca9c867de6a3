//! tonic on connections that the drain knows of: what is ended says so, before its connection is.

use std::time::Duration;

use health_tower::{DrainReport, Health, HealthLayer, TrackedListener};
use http_body_util::{BodyExt as _, Full};
use integration_tests::host::listen;
use integration_tests::http2::Http2;
use integration_tests::patience::patiently;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tonic::Code;
use tonic::transport::Server;

use crate::echo::{Echo, EchoClient, STREAM, Source};
use crate::listener_ends::DEADLINE;
use crate::shutdown::draining;

struct Served {
    health: Health,
    addr: std::net::SocketAddr,
    sources: mpsc::UnboundedReceiver<Source>,
    run: JoinHandle<Result<DrainReport, tonic::transport::Error>>,
}

async fn serve(deadline: Duration) -> Served {
    let health = draining(Duration::ZERO, deadline);
    let (listener, addr) = listen().await;
    let (echo, sources) = Echo::new();
    let server = Server::builder()
        .layer(HealthLayer::new(&health))
        .add_service(echo);
    let incoming = TrackedListener::new(&health, listener);
    let server = server.serve_with_incoming_shutdown(incoming, health.closing());
    let run = tokio::spawn({
        let health = health.clone();
        async move { health.run(server).await }
    });
    Served {
        health,
        addr,
        sources,
        run,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_gets_its_trailers_at_the_deadline() {
    let Served {
        health,
        addr,
        mut sources,
        run,
    } = serve(DEADLINE).await;
    let mut client = EchoClient::connect(addr).await;
    let mut stream = patiently("a stream", client.stream()).await;
    let source = sources.recv().await.unwrap();
    source.send(Ok("one".to_owned())).await.unwrap();
    let message = patiently("one", stream.message()).await.unwrap();
    assert_eq!(message.unwrap(), "one");
    health.shutdown();
    let status = patiently("the trailers", stream.message())
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    patiently("the stream to be dropped", source.closed()).await;
    let report = patiently("the report", run).await.unwrap().unwrap();
    assert_eq!(
        (report.remaining, report.connections, report.server_ended),
        (1, 1, true)
    );
    assert_eq!(report.unfinished[0].what(), "POST /test.Echo/Stream");
}

/// The same bytes without gRPC: a reset, and no end that could be taken for a good one.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_http2_gets_a_reset_at_the_deadline() {
    let Served {
        health,
        addr,
        mut sources,
        run,
    } = serve(DEADLINE).await;
    let mut http2 = Http2::connect(addr).await;
    let request = http::Request::post(format!("http://test{STREAM}"))
        .header("content-type", "application/grpc-web")
        .body(Full::from(&b"\0\0\0\0\0"[..]));
    let response = http2.send(request.unwrap()).await.unwrap();
    let _source = sources.recv().await.unwrap();
    health.shutdown();
    let error = patiently("the end", response.collect()).await.unwrap_err();
    let error = std::error::Error::source(&error).unwrap().to_string();
    assert!(error.contains("stream error"), "{error}");
    let report = patiently("the report", run).await.unwrap().unwrap();
    assert_eq!((report.remaining, report.connections), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_end_in_time_end_clean_and_know_their_client() {
    let Served {
        health,
        addr,
        mut sources,
        run,
    } = serve(Duration::from_secs(7200)).await;
    let mut client = EchoClient::connect(addr).await;
    assert_eq!(client.unary("hello").await.unwrap().into_inner(), "hello");
    let peer = client.unary("peer").await.unwrap().into_inner();
    assert!(peer.starts_with("127.0.0.1:"), "{peer}");
    let mut stream = patiently("a stream", client.stream()).await;
    let source = sources.recv().await.unwrap();
    health.shutdown();
    patiently("closing", health.closing()).await;
    source.send(Ok("last".to_owned())).await.unwrap();
    assert_eq!(stream.message().await.unwrap().unwrap(), "last");
    drop(source);
    assert_eq!(patiently("the end", stream.message()).await.unwrap(), None);
    let report = patiently("the report", run).await.unwrap().unwrap();
    assert!(report.is_clean(), "{report}");
}
