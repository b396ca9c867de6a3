use std::task::{Context, Poll};
use std::time::Duration;

use http::Response;
use http_body::Body;
use tower_service::Service;

use crate::Dependency;
use crate::observe::{ObservedBody, ObservedFuture, Outgoing};

/// The service of an [`ObserveLayer`](crate::ObserveLayer): a client whose calls are observed. Ready when the client is.
#[derive(Clone, Debug)]
pub struct Observed<S> {
    inner: S,
    dependency: Option<Dependency>,
    slow_call: Option<Duration>,
}

impl<S> Observed<S> {
    pub(crate) fn new(
        inner: S,
        dependency: Option<Dependency>,
        slow_call: Option<Duration>,
    ) -> Self {
        Self {
            inner,
            dependency,
            slow_call,
        }
    }

    #[inline]
    fn call_begins(&self) -> Outgoing {
        let call = self.dependency.map(Dependency::call);
        Outgoing::new(match self.slow_call {
            Some(slow) => call.map(|call| call.slow_after(slow)),
            None => call,
        })
    }
}

impl<S, Request, B> Service<Request> for Observed<S>
where
    S: Service<Request, Response = Response<B>, Error: std::fmt::Display>,
    B: Body,
{
    type Response = Response<ObservedBody<B>>;
    type Error = S::Error;
    type Future = ObservedFuture<S::Future>;

    /// An error counts as a call that failed: nobody will call what is never ready.
    #[inline]
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        let ready = self.inner.poll_ready(cx);
        if let Poll::Ready(Err(error)) = &ready {
            Outgoing::new(self.dependency.map(Dependency::call)).fail(error);
        }
        ready
    }

    #[inline]
    fn call(&mut self, request: Request) -> ObservedFuture<S::Future> {
        let outgoing = self.call_begins();
        ObservedFuture::new(self.inner.call(request), outgoing)
    }
}
