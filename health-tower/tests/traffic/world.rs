use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use health_tower::{BoxError, Health, HealthLayer, Traffic, TrafficReport, Watchdog};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Version};
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Empty};
use tower::{Layer as _, Service, ServiceExt as _};

/// Without a watchdog, verdicts are made on the runtime, whose time a test can stop.
pub(crate) fn health() -> Health {
    let builder = Health::builder().linked(false).watchdog(Watchdog::off());
    builder.start().unwrap()
}

pub(crate) fn layer(health: &Health, traffic: Traffic) -> HealthLayer {
    HealthLayer::builder(health)
        .traffic(traffic)
        .build()
        .unwrap()
}

pub(crate) fn get(path: &str) -> Request<Empty<Bytes>> {
    Request::get(path).body(Empty::new()).unwrap()
}

pub(crate) fn grpc(path: &str) -> Request<Empty<Bytes>> {
    let request = Request::post(path).version(Version::HTTP_2);
    let request = request.header("content-type", "application/grpc");
    request.body(Empty::new()).unwrap()
}

/// A body of these frames.
#[derive(Debug)]
pub(crate) struct Frames(pub(crate) Vec<Result<Frame<Bytes>, &'static str>>);

impl Body for Frames {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.0.is_empty() {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(self.0.remove(0).map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }
}

pub(crate) fn data() -> Result<Frame<Bytes>, &'static str> {
    Ok(Frame::data(Bytes::from_static(b"data")))
}

pub(crate) fn trailers(
    headers: &[(&'static str, &'static str)],
) -> Result<Frame<Bytes>, &'static str> {
    let pairs = headers.iter().map(|(name, value)| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    });
    Ok(Frame::trailers(HeaderMap::from_iter(pairs)))
}

/// A service that gives the same response each time.
pub(crate) fn gives(
    response: impl Fn() -> Result<Response<Frames>, BoxError> + Clone,
) -> impl Service<Request<Empty<Bytes>>, Response = Response<Frames>, Error = BoxError, Future: Send>
+ Clone {
    tower::service_fn(move |_| std::future::ready(response()))
}

/// Asks, and takes the whole response.
pub(crate) async fn ask<S, B>(layer: &HealthLayer, service: S, request: Request<Empty<Bytes>>)
where
    S: Service<Request<Empty<Bytes>>, Response = Response<B>, Error = BoxError> + Clone,
    B: Body<Data = Bytes, Error = BoxError>,
{
    if let Ok(response) = layer.layer(service).oneshot(request).await {
        let _whole = response.into_body().collect().await;
    }
}

/// Lets a second pass, in which what came is counted.
pub(crate) async fn second() {
    // The tick comes once a second, and may begin a little later than the test.
    tokio::time::sleep(Duration::from_millis(1005)).await;
}

/// The traffic of the whole service.
pub(crate) async fn counted(health: &Health) -> TrafficReport {
    second().await;
    let snapshot = health.snapshot();
    snapshot
        .traffic()
        .next()
        .expect("a second has passed")
        .clone()
}

/// Entered, completed, failed, cancelled, shed.
pub(crate) fn endings(report: &TrafficReport) -> [u64; 5] {
    [
        report.entered(),
        report.completed(),
        report.failed(),
        report.cancelled(),
        report.shed(),
    ]
}

/// Polls it once.
pub(crate) async fn poll_once<F: Future>(future: Pin<&mut F>) -> bool {
    let mut future = Some(future);
    std::future::poll_fn(|cx| {
        let done = future
            .take()
            .is_some_and(|future| future.poll(cx).is_ready());
        Poll::Ready(done)
    })
    .await
}

pub(crate) fn ok(response: Response<Frames>) -> Result<Response<Frames>, BoxError> {
    Ok(response)
}
