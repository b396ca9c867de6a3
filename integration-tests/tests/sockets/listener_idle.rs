//! Connections without a request: none of them holds a drain up, whoever serves. The drains here would last for hours.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use bytes::Bytes;
use health_tower::{BoxError, DrainReport, Health, HealthLayer, TrackedListener};
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use integration_tests::host::listen;
use integration_tests::http2::Http2;
use integration_tests::patience::{patiently, until};
use integration_tests::wire::Wire;
use tokio::task::JoinHandle;
use tonic::transport::Server;
use tower::{Layer as _, service_fn};

use crate::echo::Echo;
use crate::shutdown::draining;

type Run = JoinHandle<Result<DrainReport, BoxError>>;

fn run<E>(health: &Health, server: impl Future<Output = Result<(), E>> + Send + 'static) -> Run
where
    E: Into<BoxError> + Send + 'static,
{
    let health = health.clone();
    tokio::spawn(async move { health.run(server).await.map_err(Into::into) })
}

async fn axum(health: &Health) -> (SocketAddr, Run) {
    let (listener, addr) = listen().await;
    let app = Router::new().route("/orders", get(async || "orders"));
    let app = app.layer(HealthLayer::new(health));
    let server = axum::serve(TrackedListener::new(health, listener), app);
    let server = server.with_graceful_shutdown(health.closing());
    (addr, run(health, server.into_future()))
}

async fn tonic(health: &Health, http1: bool) -> (SocketAddr, Run) {
    let (listener, addr) = listen().await;
    let server = Server::builder()
        .accept_http1(http1)
        .layer(HealthLayer::new(health))
        .add_service(Echo::new().0);
    let incoming = TrackedListener::new(health, listener);
    let server = server.serve_with_incoming_shutdown(incoming, health.closing());
    (addr, run(health, server))
}

/// A plain loop, and hyper-util's way to close what it serves.
macro_rules! hyper_util {
    ($health:expr, |$io:ident, $service:ident| $serve:expr) => {{
        let (listener, addr) = listen().await;
        let mut listener = TrackedListener::new($health, listener);
        let orders = service_fn(async |_: Request<Incoming>| {
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::from("orders")))
        });
        let service = HealthLayer::new($health).layer(orders);
        let closing = $health.closing();
        let server = async move {
            let mut closing = pin!(closing);
            let graceful = GracefulShutdown::new();
            loop {
                let (io, _) = tokio::select! {
                    accepted = listener.accept() => accepted?,
                    () = &mut closing => break,
                };
                let $io = TokioIo::new(io);
                let $service = TowerToHyperService::new(service.clone());
                tokio::spawn(graceful.watch($serve));
            }
            drop(listener);
            graceful.shutdown().await;
            Ok::<_, std::io::Error>(())
        };
        (addr, run($health, server))
    }};
}

async fn auto(health: &Health) -> (SocketAddr, Run) {
    use hyper_util::server::conn::auto::Builder;
    hyper_util!(health, |io, service| {
        let builder = Builder::new(TokioExecutor::new());
        builder.serve_connection(io, service).into_owned()
    })
}

async fn http1(health: &Health) -> (SocketAddr, Run) {
    use hyper::server::conn::http1::Builder;
    hyper_util!(health, |io, service| Builder::new()
        .serve_connection(io, service))
}

async fn http2(health: &Health) -> (SocketAddr, Run) {
    use hyper::server::conn::http2::Builder;
    hyper_util!(health, |io, service| Builder::new(TokioExecutor::new())
        .serve_connection(io, service))
}

fn health() -> Health {
    draining(Duration::ZERO, Duration::from_secs(7200))
}

async fn closes_promptly(health: &Health, run: Run, open: usize) {
    until("all connections", || {
        health.snapshot().connections() == open
    })
    .await;
    health.shutdown();
    let report = patiently("the report", run).await.unwrap().unwrap();
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.connections, 0);
    assert_eq!(health.snapshot().connections(), 0);
}

async fn kept(addr: SocketAddr) -> Wire {
    let mut kept = Wire::connect(addr).await;
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(kept.get(path).await.plain(), (200, "ok"));
    }
    kept
}

async fn http1_closes_promptly(health: Health, (addr, run): (SocketAddr, Run)) {
    let mut kept = kept(addr).await;
    let mut silent = Wire::connect(addr).await;
    closes_promptly(&health, run, 2).await;
    assert_eq!(kept.try_rest().await.unwrap(), b"");
    assert_eq!(silent.try_rest().await.unwrap(), b"");
}

async fn http2_closes_promptly(health: Health, (addr, run): (SocketAddr, Run)) {
    let mut asked = Http2::connect(addr).await;
    assert_eq!(asked.text("/health/live").await, (200, "ok".to_owned()));
    let never_asked = Http2::connect(addr).await;
    let silent = Wire::connect(addr).await;
    closes_promptly(&health, run, 3).await;
    drop((asked, never_asked, silent));
}

#[tokio::test(flavor = "multi_thread")]
async fn axum_closes_what_is_idle() {
    let health = health();
    http1_closes_promptly(health.clone(), axum(&health).await).await;
    let health = self::health();
    http2_closes_promptly(health.clone(), axum(&health).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tonic_closes_what_is_idle() {
    let health = health();
    http1_closes_promptly(health.clone(), tonic(&health, true).await).await;
    for http1 in [true, false] {
        let health = self::health();
        http2_closes_promptly(health.clone(), tonic(&health, http1).await).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hyper_util_closes_what_is_idle() {
    let health = health();
    http1_closes_promptly(health.clone(), auto(&health).await).await;
    let health = self::health();
    http2_closes_promptly(health.clone(), auto(&health).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hyper_closes_what_is_idle() {
    let health = health();
    http1_closes_promptly(health.clone(), http1(&health).await).await;
    let health = self::health();
    http2_closes_promptly(health.clone(), http2(&health).await).await;
}
