use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;

use crate::observe::{ObservedBody, Outgoing};

pin_project! {
    /// The future of an [`Observed`](crate::Observed) service.
    pub struct ObservedFuture<F> {
        #[pin]
        inner: F,
        outgoing: Option<Outgoing>,
    }
}

impl<F> ObservedFuture<F> {
    #[inline]
    pub(crate) fn new(inner: F, outgoing: Outgoing) -> Self {
        Self {
            inner,
            outgoing: Some(outgoing),
        }
    }
}

impl<F, B, E> Future for ObservedFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
    E: std::fmt::Display,
{
    type Output = Result<Response<ObservedBody<B>>, E>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = ready!(this.inner.poll(cx));
        let mut outgoing = this.outgoing.take().unwrap_or(Outgoing::new(None));
        Poll::Ready(match result {
            Ok(response) => {
                outgoing.answered(&response);
                Ok(response.map(|body| ObservedBody::new(body, outgoing)))
            }
            Err(error) => {
                outgoing.fail(&error);
                Err(error)
            }
        })
    }
}

impl<F> fmt::Debug for ObservedFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedFuture").finish_non_exhaustive()
    }
}
