use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tower::Service;

/// Wraps a service, its future and its response body, and does nothing: what any layer costs that follows a request to its
/// end.
#[derive(Clone)]
pub(crate) struct Identity<S>(pub(crate) S);

pin_project! {
    pub(crate) struct Wrapped<T> {
        #[pin]
        inner: T,
    }
}

impl<S, B, R> Service<Request<B>> for Identity<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = Response<Wrapped<R>>;
    type Error = S::Error;
    type Future = Wrapped<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        Wrapped {
            inner: self.0.call(request),
        }
    }
}

impl<F, R, E> Future for Wrapped<F>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = Result<Response<Wrapped<R>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let response = ready!(self.project().inner.poll(cx))?;
        Poll::Ready(Ok(response.map(|inner| Wrapped { inner })))
    }
}

impl<B: Body> Body for Wrapped<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        self.project().inner.poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
