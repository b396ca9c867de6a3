//! Something to call, over HTTP and gRPC, that breaks as it is told to.

use std::convert::Infallible;
use std::net::SocketAddr;

use bytes::Bytes;
use health_tower::BoxError;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tonic_health::ServingStatus;
use tonic_health::server::HealthService;
use tower::{ServiceExt as _, service_fn};

type Body = UnsyncBoxBody<Bytes, BoxError>;

/// What it does with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Works,
    /// With 500, or a gRPC status in the trailers.
    Fails,
    Hangs,
    /// Nobody listens.
    Refuses,
}

pub(crate) struct Peer {
    pub(crate) addr: SocketAddr,
    serving: Option<JoinHandle<()>>,
}

impl Peer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let serving = Some(tokio::spawn(serve(listener, Mode::Works)));
        Self { addr, serving }
    }

    /// All connections end with the mode before.
    pub(crate) async fn set(&mut self, mode: Mode) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
            assert!(serving.await.unwrap_err().is_cancelled());
        }
        if mode != Mode::Refuses {
            let listener = TcpListener::bind(self.addr).await.unwrap();
            self.serving = Some(tokio::spawn(serve(listener, mode)));
        }
    }
}

async fn serve(listener: TcpListener, mode: Mode) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let service = service_fn(move |request| answer(request, mode));
        connections.spawn(async move {
            let builder = Builder::new(TokioExecutor::new());
            let service = TowerToHyperService::new(service);
            let _ended = builder
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(request: Request<Incoming>, mode: Mode) -> Result<Response<Body>, Infallible> {
    let is_grpc = request
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/grpc");
    let mut response = Response::new(whole("charged"));
    match (mode, is_grpc) {
        (Mode::Works, true) => {
            let reporter = tonic_health::server::HealthReporter::new();
            reporter
                .set_service_status("", ServingStatus::Serving)
                .await;
            let service = HealthService::from_health_reporter(reporter);
            let service = tonic_health::pb::health_server::HealthServer::new(service);
            return Ok(service
                .oneshot(request)
                .await?
                .map(|body| body.map_err(Into::into).boxed_unsync()));
        }
        (Mode::Fails, true) => {
            response = Response::new(at_the_end("14"));
            let kind = HeaderValue::from_static("application/grpc");
            response.headers_mut().insert(CONTENT_TYPE, kind);
        }
        (Mode::Fails, false) => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
        (Mode::Hangs, _) => std::future::pending().await,
        (Mode::Works | Mode::Refuses, _) => {}
    }
    Ok(response)
}

fn whole(text: &'static str) -> Body {
    Full::from(text).map_err(Into::into).boxed_unsync()
}

fn at_the_end(status: &'static str) -> Body {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static(status));
    let frames = [Ok(Frame::trailers(trailers))];
    StreamBody::new(tokio_stream::iter(frames)).boxed_unsync()
}
