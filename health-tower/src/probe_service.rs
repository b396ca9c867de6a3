use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::answering::{Answer, Answering};
use crate::layer::Shared;
use crate::{Health, HealthLayer, ProbeBody, answer};

/// The same answers as a service of its own, for an admin port or a fallback: the probes of a [`HealthLayer`], and 404 to everything
/// else. It never fails and is always ready.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use axum::Router;
/// use health_tower::{Health, HealthLayer, ProbeService};
///
/// let health = Health::builder().start()?;
/// let layer = HealthLayer::new(&health);
/// let admin: Router = Router::new().fallback_service(ProbeService::new(&layer));
///
/// use tower::ServiceExt as _;
/// let probe = http::Request::get("/health/ready").body(axum::body::Body::empty())?;
/// assert_eq!(admin.oneshot(probe).await?.status(), 200);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct ProbeService {
    shared: Shared,
    _health: Health,
}

impl ProbeService {
    /// A service with the paths of this layer.
    #[must_use]
    pub fn new(layer: &HealthLayer) -> Self {
        Self {
            shared: layer.shared(),
            _health: layer.health().clone(),
        }
    }
}

impl<B: Body> Service<Request<B>> for ProbeService {
    type Response = Response<ProbeBody>;
    type Error = Infallible;
    type Future = ProbeFuture<B>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> ProbeFuture<B> {
        let (body, answer) = match self.shared.asked(&request) {
            Some(asked) => self.shared.answer(request, asked),
            None => {
                let answer = answer::not_found(request.method());
                (request.into_body(), Answer::Known(answer))
            }
        };
        ProbeFuture(Answering::new(body, answer))
    }
}

/// The future of a [`ProbeService`].
pub struct ProbeFuture<B>(Answering<B>);

// The answer is not pinned, and a body that has to be read is in a pinned box of its own.
impl<B> Unpin for ProbeFuture<B> {}

impl<B: Body> Future for ProbeFuture<B> {
    type Output = Result<Response<ProbeBody>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(Ok(ready!(self.0.poll(cx))))
    }
}

impl<B> fmt::Debug for ProbeFuture<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProbeFuture").finish_non_exhaustive()
    }
}
