use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::answering::Answering;
use crate::{BoxError, HealthBody, Hold, ProbeBody};

pin_project! {
    /// The future of a [`HealthService`](crate::HealthService).
    pub struct ResponseFuture<S, B>
    where
        S: Service<Request<B>>,
    {
        #[pin]
        state: State<S, B>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, B>
    where
        S: Service<Request<B>>,
    {
        Answer { answering: Answering<B> },
        // The inner service was not ready: its instance waits here, with its place in the queue.
        Wait { inner: S, request: Option<Request<B>>, hold: Option<Hold> },
        Run { #[pin] inner: S::Future, hold: Option<Hold> },
    }
}

impl<S, B> ResponseFuture<S, B>
where
    S: Service<Request<B>>,
    B: Body,
{
    pub(crate) fn answer(body: B, answer: Response<ProbeBody>) -> Self {
        let answering = Answering::new(body, answer);
        let state = State::Answer { answering };
        Self { state }
    }

    pub(crate) fn wait(inner: S, request: Request<B>, hold: Hold) -> Self {
        let (request, hold) = (Some(request), Some(hold));
        let state = State::Wait {
            inner,
            request,
            hold,
        };
        Self { state }
    }

    #[inline]
    pub(crate) fn run(inner: S::Future, hold: Hold) -> Self {
        let hold = Some(hold);
        let state = State::Run { inner, hold };
        Self { state }
    }
}

impl<S, B, R> Future for ResponseFuture<S, B>
where
    S: Service<Request<B>, Response = Response<R>>,
    B: Body,
    R: Body<Data = Bytes>,
    R::Error: Into<BoxError>,
{
    type Output = Result<Response<HealthBody<R>>, S::Error>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let mut state = self.as_mut().project().state;
            let next = match state.as_mut().project() {
                StateProjection::Run { inner, hold } => {
                    let through = |body| HealthBody::through(body, hold.take());
                    return inner.poll(cx).map_ok(|response| response.map(through));
                }
                StateProjection::Answer { answering } => {
                    let response = ready!(answering.poll(cx));
                    return Poll::Ready(Ok(response.map(HealthBody::answer)));
                }
                StateProjection::Wait {
                    inner,
                    request,
                    hold,
                } => {
                    ready!(inner.poll_ready(cx))?;
                    let request = request
                        .take()
                        .expect("a request waits until it is called, once");
                    let hold = hold.take();
                    State::Run {
                        inner: inner.call(request),
                        hold,
                    }
                }
            };
            state.set(next);
        }
    }
}

impl<S, B> fmt::Debug for ResponseFuture<S, B>
where
    S: Service<Request<B>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
