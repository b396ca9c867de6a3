//! Several servers and listeners under one `Health`: one shutdown, one deadline, and each drains.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use health_tower::{BoxError, Health, HealthLayer, Phase, ProbeServer, TrackedListener, Trigger};
use integration_tests::host::listen;
use integration_tests::patience::{patiently, until_snapshot};
use integration_tests::tap::taps;
use integration_tests::wire::Wire;
use tonic::transport::Server;

use crate::echo::{Echo, EchoClient};
use crate::shutdown::draining;

/// Longer than any test.
const HOURS: Duration = Duration::from_secs(7200);

/// An axum server; and the same on a Unix socket, if there are any.
macro_rules! web {
    ($health:expr, $listener:expr, $opener:expr) => {{
        let opener = $opener;
        let app = Router::new()
            .route("/stream", get(async move || Body::new(opener.open())))
            .layer(HealthLayer::new($health));
        let listener = TrackedListener::new($health, $listener);
        axum::serve(listener, app).with_graceful_shutdown($health.closing())
    }};
}

async fn waits(health: &Health) {
    patiently("closing", health.closing()).await;
    assert_eq!(health.snapshot().phase(), Phase::Closing);
}

#[tokio::test(flavor = "multi_thread")]
async fn axum_tonic_and_a_probe_server_drain_together_under_one_run() {
    let health = draining(Duration::ZERO, HOURS);
    let layer = HealthLayer::new(&health);
    let probes = ProbeServer::new(&layer).bind("127.0.0.1:0").unwrap();
    let (opener, mut taps) = taps::<std::convert::Infallible>();
    let (listener, web_addr) = listen().await;
    let web = web!(&health, listener, opener);
    let (listener, grpc_addr) = listen().await;
    let (echo, mut sources) = Echo::new();
    let grpc = Server::builder()
        .layer(layer)
        .add_service(echo)
        .serve_with_incoming_shutdown(TrackedListener::new(&health, listener), health.closing());
    let run = tokio::spawn({
        let health = health.clone();
        let web = async move { web.await.map_err(BoxError::from) };
        let grpc = async move { grpc.await.map_err(BoxError::from) };
        async move {
            health
                .run(async { tokio::try_join!(web, grpc).map(drop) })
                .await
        }
    });

    let mut download = Wire::connect(web_addr).await;
    download.request("GET", "/stream").await;
    let tap = taps.next().await;
    let mut client = EchoClient::connect(grpc_addr).await;
    let mut stream = patiently("a stream", client.stream()).await;
    let source = sources.recv().await.unwrap();
    let mut prober = Wire::connect(probes.local_addrs()[0]).await;
    assert_eq!(prober.get("/health/ready").await.plain(), (200, "ok"));
    assert_eq!(
        (health.in_flight().count(), health.snapshot().connections()),
        (2, 2)
    );

    health.shutdown();
    waits(&health).await;
    assert_eq!(
        prober.get("/health/ready").await.plain(),
        (503, "unavailable")
    );
    tap.data("whole").await;
    drop(tap);
    assert_eq!(download.answer().await.plain(), (200, "whole"));
    until_snapshot_of_connections(&health, 1).await;
    waits(&health).await;
    source.send(Ok("last".to_owned())).await.unwrap();
    assert_eq!(stream.message().await.unwrap().unwrap(), "last");
    drop(source);
    assert_eq!(patiently("the end", stream.message()).await.unwrap(), None);
    let report = patiently("the report", run).await.unwrap().unwrap();
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.trigger, Trigger::Requested);
    assert_eq!(prober.get("/health/live").await.plain(), (200, "ok"));
}

async fn until_snapshot_of_connections(health: &Health, count: usize) {
    let connections = || health.snapshot().connections() == count;
    integration_tests::patience::until("connections to close", connections).await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn several_runs_end_together_and_say_the_same() {
    use integration_tests::patience::until;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{UnixListener, UnixStream};

    let health = draining(Duration::ZERO, HOURS);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let (listener, addr) = listen().await;
    let (opener, mut taps) = taps::<std::convert::Infallible>();
    let over_tcp = web!(&health, listener, opener.clone());
    let over_unix = web!(&health, UnixListener::bind(&path).unwrap(), opener);
    let runs = tokio::spawn({
        let health = health.clone();
        async move { tokio::try_join!(health.run(over_tcp), health.run(over_unix)) }
    });
    let mut client = UnixStream::connect(&path).await.unwrap();
    client
        .write_all(b"GET /stream HTTP/1.1\r\nhost: test\r\n\r\n")
        .await
        .unwrap();
    let tap = taps.next().await;
    let idle = Wire::connect(addr).await;
    until("both", || health.snapshot().connections() == 2).await;
    health.shutdown();
    waits(&health).await;
    // One of them has nothing to wait for, and waits for the other.
    until_snapshot_of_connections(&health, 1).await;
    assert!(!runs.is_finished());
    drop((tap, idle));
    let mut whole = Vec::new();
    client.read_to_end(&mut whole).await.unwrap();
    assert!(whole.ends_with(b"0\r\n\r\n"));
    let (one, other) = patiently("the reports", runs).await.unwrap().unwrap();
    assert!(one.is_clean() && other.is_clean(), "{one}; {other}");
    assert_eq!(one.trigger, other.trigger);
    until_snapshot(&health, "the end", |now| now.phase() == Phase::Closed).await;
}
