//! Exec probes over HTTP: every answer, and none.

use axum::Router;
use axum::http::HeaderMap;
use axum::response::Redirect;
use axum::routing::get;
use health_tower::{HealthLayer, ProbeServer};
use http::StatusCode;
use integration_tests::host::{healthy, listen, serve};
use tokio::net::{TcpSocket, TcpStream};

use crate::exec_probe::{probe, run, says};

async fn service() -> (health_tower::Health, String) {
    let health = healthy();
    let secret = async |headers: HeaderMap| match headers.get("x-secret") {
        Some(value) if value == "a b" => StatusCode::NO_CONTENT,
        _ => StatusCode::UNAUTHORIZED,
    };
    let app = Router::new()
        .route("/moved", get(async || Redirect::to("/health/live")))
        .route("/hangs", get(std::future::pending::<()>))
        .route("/long", get(async || "x".repeat(100_000)))
        .route("/secret", get(secret))
        .layer(HealthLayer::new(&health));
    let addr = serve(app).await;
    (health, format!("http://{addr}"))
}

#[tokio::test]
async fn a_healthy_service_is_silence_and_zero() {
    let (_health, host) = service().await;
    for path in [
        "/health/live",
        "/health/ready",
        "/health/ready?verbose",
        "/long",
    ] {
        probe(&format!("{host}{path}")).await.passed_silently();
    }
    let port = host.rsplit_once(':').unwrap().1;
    let named = format!("http://localhost:{port}/health/live");
    probe(&named).await.passed_silently();

    let target = format!("{host}/health/ready");
    let ran = run(&["health-probe", &target, "--verbose", "--timeout=15s"]).await;
    assert_eq!((ran.code, &*ran.stderr), (Some(0), ""));
    assert_eq!(ran.stdout, format!("{target}: 200 OK: ok\n"));
}

#[tokio::test]
async fn another_answer_than_2xx_is_four_and_says_what_to_do() {
    let (health, host) = service().await;
    health.shutdown();
    for (path, contains) in [
        (
            "/health/ready",
            ["503 Service Unavailable", "log has the cause"],
        ),
        ("/health/readyz", ["404 Not Found", "/health/ready"]),
        (
            "/moved",
            ["303 See Other", "\"/health/live\" is not followed"],
        ),
        ("/secret", ["401 Unauthorized", "outside of authentication"]),
    ] {
        let target = format!("{host}{path}");
        probe(&target).await.failed(4, &target, &contains);
    }
    probe(&format!("{host}/health/live"))
        .await
        .passed_silently();
}

#[tokio::test]
async fn headers_are_sent() {
    let (_health, host) = service().await;
    let target = format!("{host}/secret");
    let args = ["health-probe", "--timeout=15s", "--header", "X-Secret: a b"];
    run(&[&args[..], &["--header", "host: orders.test", &target]].concat())
        .await
        .passed_silently();
}

#[tokio::test]
async fn no_connection_is_two() {
    let (listener, addr) = listen().await;
    drop(listener);
    let target = format!("http://{addr}/health/live");
    probe(&target)
        .await
        .failed(2, &target, &["no connection", "nothing listens there"]);
    let target = "http://no-such-host.invalid:8080/health/live";
    probe(target).await.failed(2, target, &["no connection"]);
}

/// On Linux, a listener whose queue is full doesn't answer at all.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_connection_in_time_is_two() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let addr = socket.local_addr().unwrap();
    let _listener = socket.listen(1).unwrap();
    let _queue: [TcpStream; 2] = [
        TcpStream::connect(addr).await.unwrap(),
        TcpStream::connect(addr).await.unwrap(),
    ];
    let target = format!("http://{addr}/health/live");
    let ran = run(&["health-probe", "--timeout", "300ms", &target]).await;
    ran.failed(2, &target, &["no connection within 300ms"]);
}

#[tokio::test]
async fn no_proper_answer_is_three() {
    let (_health, host) = service().await;
    let target = format!("{host}/hangs");
    let ran = run(&["health-probe", "--timeout", "300ms", &target]).await;
    ran.failed(3, &target, &["no answer within 300ms", "--timeout"]);

    for bytes in [
        &b"SSH-2.0-OpenSSH_9.9\r\n"[..],
        b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x80\0\x04\0\x01\0\0\0\x05\0\xff\xff\xff",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnot hexadecimal\r\n",
    ] {
        let target = format!("http://{}/health/live", says(bytes).await);
        probe(&target)
            .await
            .failed(3, &target, &["no whole HTTP/1.1 answer"]);
    }
    let half = says(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\no").await;
    let target = format!("http://{half}/health/live");
    let ran = run(&["health-probe", "--timeout", "300ms", &target]).await;
    ran.failed(3, &target, &["no answer within"]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_probe_server_on_a_unix_socket_is_asked_by_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("health.sock");
    let health = healthy();
    let probes = ProbeServer::new(&HealthLayer::new(&health));
    let probes = probes.bind_unix(&socket).unwrap();
    let target = |path: &str| format!("unix:{}:{path}", socket.display());
    probe(&target("/health/ready")).await.passed_silently();
    let wrong = target("/ready");
    probe(&wrong).await.failed(4, &wrong, &["404 Not Found"]);
    drop(probes);
    let gone = target("/health/ready");
    probe(&gone)
        .await
        .failed(2, &gone, &["nothing listens there"]);
}
