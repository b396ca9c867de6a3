use std::convert::Infallible;
use std::future::Future as _;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use health_tower::{GrpcHealth, HealthLayer};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, Uri, Version};
use http_body::Body;
use http_body_util::Full;
use tokio::runtime::Builder;
use tonic::body::Body as TonicBody;
use tower::{Layer as _, Service, service_fn};

use crate::drive::Work;
use crate::health;

/// Who answers `grpc.health.v1.Health/Check`, for a service that depends on one check.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checked {
    TonicHealth,
    Whole,
    Service,
}

const NAME: &str = "shop.Orders";

impl Checked {
    pub(crate) const ALL: [Self; 3] = [Self::TonicHealth, Self::Whole, Self::Service];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::TonicHealth => "check-tonic-health",
            Self::Whole => "check",
            Self::Service => "check-service",
        }
    }

    pub(crate) fn work(self) -> Work {
        match self {
            Self::TonicHealth => {
                let (reporter, server) = tonic_health::server::health_reporter();
                let serving = tonic_health::ServingStatus::Serving;
                let runtime = Builder::new_current_thread().build();
                let set = reporter.set_service_status(NAME, serving);
                runtime.expect("a runtime").block_on(set);
                work(server, NAME)
            }
            Self::Whole => work(layer().layer(service_fn(not_asked)), ""),
            Self::Service => work(layer().layer(service_fn(not_asked)), NAME),
        }
    }
}

fn layer() -> HealthLayer {
    let health = health::started(1);
    let grpc = GrpcHealth::new().service(NAME, ["check-0"]);
    let layer = HealthLayer::builder(&health).grpc(grpc).build();
    layer.expect("there is such a check")
}

async fn not_asked(_: Request<Full<Bytes>>) -> Result<Response<TonicBody>, Infallible> {
    unreachable!("a call is answered before the application")
}

/// Calls, each of whose requests is there as a whole, and whose answer is read to its trailers.
fn work<S, B>(mut service: S, name: &'static str) -> Work
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>, Error = Infallible> + Send + 'static,
    B: Body<Data = Bytes>,
{
    let mut frame = vec![0, 0, 0, 0, 0];
    if !name.is_empty() {
        let length = u8::try_from(name.len()).expect("a short name");
        frame[4] = length + 2;
        frame.extend([0x0a, length]);
        frame.extend(name.bytes());
    }
    let frame = Bytes::from(frame);
    let uri = Uri::from_static("/grpc.health.v1.Health/Check");
    Box::new(move |requests| {
        for _ in 0..requests {
            let mut request = Request::new(Full::new(frame.clone()));
            *request.method_mut() = Method::POST;
            *request.version_mut() = Version::HTTP_2;
            *request.uri_mut() = uri.clone();
            let kind = HeaderValue::from_static("application/grpc");
            request.headers_mut().insert(CONTENT_TYPE, kind);
            black_box(answered(&mut service, request));
        }
    })
}

/// How many frames it took: the message, and the trailers.
#[inline(never)]
fn answered<S, B>(service: &mut S, request: Request<Full<Bytes>>) -> usize
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>, Error = Infallible>,
    B: Body<Data = Bytes>,
{
    let mut context = Context::from_waker(Waker::noop());
    assert!(service.poll_ready(&mut context).is_ready());
    let Poll::Ready(Ok(response)) = pin!(service.call(request)).poll(&mut context) else {
        panic!("nothing here waits");
    };
    let (head, body) = response.into_parts();
    black_box(head);
    let mut body = pin!(body);
    let mut frames = 0;
    while let Poll::Ready(Some(Ok(frame))) = body.as_mut().poll_frame(&mut context) {
        black_box(frame);
        frames += 1;
    }
    assert_eq!(frames, 2, "a message and its trailers");
    frames
}
