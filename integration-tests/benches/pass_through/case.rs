use std::convert::Infallible;

use axum::Router;
use axum::routing::get;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Response};
use http_body_util::Full;
use tower::{Layer as _, service_fn};

use crate::drive::{Instance, Request, Work, work};
use crate::grpc::Checked;
use crate::health;
use crate::stack::{Layers, Stack};

/// What is measured, one by one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Through(Stack, Instance),
    Probe(Probed),
    Grpc(Checked),
}

/// Who answers `GET /health/live` or `GET /health/ready`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Probed {
    /// A function that returns a static body.
    Handler,
    /// The same with the headers that the layer sets.
    HandlerWithHeaders,
    /// A route of an axum router, that returns a string.
    Route,
    Layer {
        path: &'static str,
        checks: usize,
    },
}

const LIVE: &str = "/health/live";
const READY: &str = "/health/ready";

impl Probed {
    pub(crate) const ALL: [Self; 7] = [
        Self::Handler,
        Self::HandlerWithHeaders,
        Self::Route,
        Self::Layer {
            path: LIVE,
            checks: 1,
        },
        Self::Layer {
            path: READY,
            checks: 1,
        },
        Self::Layer {
            path: LIVE,
            checks: 1000,
        },
        Self::Layer {
            path: READY,
            checks: 1000,
        },
    ];
}

impl Case {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let through = |instance| Stack::ALL.map(|stack| Self::Through(stack, instance));
        let passing = [Instance::Kept, Instance::Cloned]
            .into_iter()
            .flat_map(through);
        let probes = Probed::ALL.map(Self::Probe);
        passing.chain(probes).chain(Checked::ALL.map(Self::Grpc))
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Through(Stack::Bare, Instance::Kept) => "bare",
            Self::Through(Stack::Bare, Instance::Cloned) => "bare-cloned",
            Self::Through(Stack::Identity, Instance::Kept) => "identity",
            Self::Through(Stack::Identity, Instance::Cloned) => "identity-cloned",
            Self::Through(Stack::InFlight, Instance::Kept) => "in-flight",
            Self::Through(Stack::InFlight, Instance::Cloned) => "in-flight-cloned",
            Self::Through(Stack::Health, Instance::Kept) => "health",
            Self::Through(Stack::Health, Instance::Cloned) => "health-cloned",
            Self::Probe(Probed::Handler) => "handler",
            Self::Probe(Probed::HandlerWithHeaders) => "handler-with-headers",
            Self::Probe(Probed::Route) => "axum-route",
            Self::Probe(Probed::Layer { path, checks }) => match (path, checks) {
                (LIVE, 1) => "live",
                (LIVE, _) => "live-1000",
                (_, 1) => "ready",
                (_, _) => "ready-1000",
            },
            Self::Grpc(checked) => checked.name(),
        }
    }

    pub(crate) fn work(self) -> Work {
        match self {
            Self::Through(stack, instance) => Layers::new().work(stack, instance),
            Self::Probe(probed) => probed.work(),
            Self::Grpc(checked) => checked.work(),
        }
    }
}

impl Probed {
    pub(crate) fn work(self) -> Work {
        let instance = Instance::Kept;
        match self {
            Self::Handler => {
                let handler = service_fn(|_: Request| async { Ok(ok()) });
                work(handler, LIVE, instance)
            }
            Self::HandlerWithHeaders => {
                let handler = service_fn(|_: Request| async { Ok(ok_with_headers()) });
                work(handler, LIVE, instance)
            }
            Self::Route => {
                let router: Router = Router::new().route(LIVE, get(|| async { "ok" }));
                work(router, LIVE, instance)
            }
            Self::Layer { path, checks } => {
                let application = service_fn(not_asked);
                work(health::layer(checks).layer(application), path, instance)
            }
        }
    }
}

async fn not_asked(_: Request) -> Result<Response<Full<Bytes>>, Infallible> {
    unreachable!("a probe is answered before the application")
}

#[inline(never)]
fn ok() -> Response<Full<Bytes>> {
    Response::new(Full::new(Bytes::from_static(b"ok")))
}

#[inline(never)]
fn ok_with_headers() -> Response<Full<Bytes>> {
    let mut response = ok();
    let headers = response.headers_mut();
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    headers.insert(CONTENT_TYPE, text);
    headers.insert(CONTENT_LENGTH, HeaderValue::from_static("2"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
