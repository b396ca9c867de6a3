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
use crate::layer::{Form, Passing};
use crate::{BoxError, HealthBody, ProbeBody, answer};

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
        Wait { inner: S, waiting: Option<(Request<B>, Passing)> },
        Run { #[pin] inner: S::Future, passing: Passing },
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

    pub(crate) fn wait(inner: S, request: Request<B>, passing: Passing) -> Self {
        let waiting = Some((request, passing));
        let state = State::Wait { inner, waiting };
        Self { state }
    }

    #[inline]
    pub(crate) fn run(inner: S::Future, passing: Passing) -> Self {
        let state = State::Run { inner, passing };
        Self { state }
    }
}

impl<S, B> State<S, B>
where
    S: Service<Request<B>>,
    B: Body,
{
    /// The drain's deadline has passed: what is inside is dropped, the request's body with it.
    #[cold]
    fn given_up(form: Form) -> Self {
        let answering = Answering::now(answer::unavailable(form));
        Self::Answer { answering }
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
                StateProjection::Run { inner, passing } => {
                    let response = inner.poll(cx).map_ok(|response| passing.through(response));
                    if response.is_ready() || !passing.wait(cx.waker()) {
                        return response;
                    }
                    State::given_up(passing.form)
                }
                StateProjection::Answer { answering } => {
                    let response = ready!(answering.poll(cx));
                    return Poll::Ready(Ok(response.map(HealthBody::answer)));
                }
                StateProjection::Wait { inner, waiting } => {
                    let polled = inner.poll_ready(cx)?;
                    let (request, mut passing) = waiting
                        .take()
                        .expect("a request waits until it is called, once");
                    if polled.is_ready() {
                        let inner = inner.call(request);
                        State::Run { inner, passing }
                    } else if passing.wait(cx.waker()) {
                        State::given_up(passing.form)
                    } else {
                        *waiting = Some((request, passing));
                        return Poll::Pending;
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
