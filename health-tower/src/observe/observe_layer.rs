use std::borrow::Cow;
use std::time::Duration;

use tower_layer::Layer;

use crate::observe::{ObserveLayerBuilder, Observed};
use crate::{Dependency, Health};

/// A tower [`Layer`] around a client: the health of what it calls, from the calls that are made anyway.
///
/// It becomes a readiness check of that name, in details, events and gRPC health like any other. By default all replicas share what is
/// called, so that readiness stays up when it is down, and the service is degraded; see [`ObserveLayerBuilder`] for what only this
/// instance has. When it is down, and when up again, says [`Health::dependency`]. Responses and errors pass through as they are.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), health_tower::BoxError> {
/// use std::time::Duration;
///
/// use bytes::Bytes;
/// use health_tower::{Health, ObserveLayer};
/// use http_body_util::Empty;
/// use hyper_util::{client::legacy::Client, rt::TokioExecutor};
/// use tower::{Service as _, ServiceBuilder, ServiceExt as _};
///
/// let health = Health::builder().start()?;
/// let mut payments = ServiceBuilder::new()
///     .layer(ObserveLayer::new(&health, "payments"))
///     .timeout(Duration::from_secs(2))
///     .service(Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>());
///
/// # let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
/// # let nobody = listener.local_addr()?;
/// # drop(listener);
/// let request = http::Request::get(format!("http://{nobody}/")).body(Empty::new())?;
/// assert!(payments.ready().await?.call(request).await.is_err());
/// assert_eq!(health.dependency("payments").start()?.calls().failed, 1);
/// # Ok(()) }
/// ```
///
/// # What counts
///
/// | a call | is |
/// |---|---|
/// | answered; also with 4xx, or a gRPC status of the caller's making: that is for the caller to mend | completed |
/// | answered with 5xx; with gRPC's `UNKNOWN`, `INTERNAL`, `UNAVAILABLE`, `DEADLINE_EXCEEDED` or `DATA_LOSS`, in the head or in the trailers | failed |
/// | answered with 429, which says that this service calls too much, and nothing of how it would be answered otherwise | cancelled, and no evidence |
/// | turned away: 503 with `retry-after`, `RESOURCE_EXHAUSTED` with `grpc-retry-pushback-ms`; whatever its reasons, it is not there for this service | failed |
/// | an error of the client, of its `poll_ready`, or of the body of the response | failed |
/// | answered well at its head, and failed more than 30 s later, by its body or its trailers: a stream, and many may break off at once where only one instance of what is called restarts | cancelled, and no evidence |
/// | dropped before the head of the response; for gRPC, before the status | cancelled, and no evidence; see [`slow_call`](ObserveLayerBuilder::slow_call) |
/// | shed by tower's `LoadShed` inside, and never sent | cancelled |
///
/// It counts when its body has ended, or is dropped. What is gRPC is told from the response's `content-type`.
///
/// # Where to put it
///
/// - **Time-outs belong inside**, as above, or into the client: only calls that end are seen. One that hangs for ever is neither, and a time-out outside of the layer drops the call, and what hangs is never
///   seen. Where it has to be outside, say after how long: [`slow_call`](ObserveLayerBuilder::slow_call).
/// - Retries belong outside, so that each attempt counts.
/// - Make it before the [`HealthLayer`](crate::HealthLayer), whose `grpc` may name it as part of a service.
///
/// ## tonic
///
/// Around the channel: `OrdersClient::new(ServiceBuilder::new().layer(observe).service(channel))`. Deadlines that tonic knows of,
/// `Endpoint::timeout` and `Request::set_timeout`, are inside.
///
/// ## reqwest
///
/// Its client has a response of its own, which has to become one of HTTP, and may become one of reqwest again (without its URL):
///
/// ```ignore
/// let client = ServiceBuilder::new()
///     .map_response(|response: http::Response<_>| reqwest::Response::from(response.map(reqwest::Body::wrap)))
///     .layer(ObserveLayer::new(&health, "payments"))
///     .map_response(http::Response::<reqwest::Body>::from)
///     .service(reqwest::Client::new());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ObserveLayer {
    dependency: Option<Dependency>,
    slow_call: Option<Duration>,
}

impl ObserveLayer {
    /// Observes calls under this name, as something that all replicas share. Layers of the same name observe the same.
    ///
    /// Where that can't be, as under the name of another check, an error is logged, and the layer does nothing;
    /// [`builder`](Self::builder) gives the error to you.
    #[must_use]
    #[track_caller]
    pub fn new(health: &Health, name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            dependency: health.dependency(name).start_or_log(),
            slow_call: None,
        }
    }

    /// The same with settings.
    pub fn builder(health: &Health, name: impl Into<Cow<'static, str>>) -> ObserveLayerBuilder {
        ObserveLayerBuilder::new(health.dependency(name))
    }

    pub(crate) fn of(dependency: Dependency, slow_call: Option<Duration>) -> Self {
        Self {
            dependency: Some(dependency),
            slow_call,
        }
    }
}

impl<S> Layer<S> for ObserveLayer {
    type Service = Observed<S>;

    fn layer(&self, inner: S) -> Observed<S> {
        Observed::new(inner, self.dependency, self.slow_call)
    }
}
