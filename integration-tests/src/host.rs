//! Servers on loopback ports of their own.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use bytes::Bytes;
use health_tower::{BoxError, DrainPolicy, DrainReport, Health, HealthBuilder, TrackedListener};
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower::Service;

use crate::patience::patiently;

/// A health without the checks of the binary, and without a lame duck.
pub fn builder() -> HealthBuilder {
    let prompt = DrainPolicy::default()
        .lame_duck(Duration::ZERO)
        .deadline(Duration::from_secs(15));
    Health::builder().linked(false).drain(prompt)
}

/// A health without any check.
#[must_use]
pub fn healthy() -> Health {
    builder().start().expect("nothing can be wrong with it")
}

/// A listener on a free port.
pub async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("loopback has a free port");
    let addr = listener.local_addr().expect("it is bound");
    (listener, addr)
}

/// Serves any tower service, over HTTP/1 and HTTP/2, with upgrades, for as long as the runtime lives.
pub async fn serve<S, B>(service: S) -> SocketAddr
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    let (listener, addr) = listen().await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = TowerToHyperService::new(service.clone());
            tokio::spawn(async move {
                let builder = Builder::new(TokioExecutor::new());
                let stream = TokioIo::new(stream);
                let _ended = builder
                    .serve_connection_with_upgrades(stream, service)
                    .await;
            });
        }
    });
    addr
}

/// An axum application that is served, and drained by [`Health::run`].
#[derive(Debug)]
pub struct Host {
    health: Health,
    addr: SocketAddr,
    run: JoinHandle<io::Result<DrainReport>>,
}

impl Host {
    /// Serves an application on a free port, exactly as a `main` would.
    pub async fn start(health: &Health, app: Router) -> Self {
        let (listener, addr) = listen().await;
        Self::on(health, listener, addr, app)
    }

    /// The same, with connections that the drain knows of.
    pub async fn tracked(health: &Health, app: Router) -> Self {
        let (listener, addr) = listen().await;
        Self::on(health, TrackedListener::new(health, listener), addr, app)
    }

    fn on<L>(health: &Health, listener: L, addr: SocketAddr, app: Router) -> Self
    where
        L: Listener<Addr: std::fmt::Debug>,
    {
        let server = axum::serve(listener, app).with_graceful_shutdown(health.closing());
        let health = health.clone();
        let run = tokio::spawn({
            let health = health.clone();
            async move { health.run(server).await }
        });
        Self { health, addr, run }
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Waits until `run` returns.
    pub async fn report(self) -> DrainReport {
        let report = patiently("the drain report", self.run).await;
        let report = report.expect("`run` doesn't panic");
        report.expect("axum's server has no errors")
    }

    /// Shuts it down; nothing may be left.
    pub async fn stop(self) {
        self.health.shutdown();
        let report = self.report().await;
        assert!(report.is_clean(), "{report}");
    }
}
