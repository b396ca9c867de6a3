use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::answering::{Answer, Answering};
use crate::layer::{Form, Passing};
use crate::{BoxError, HealthBody, answer};

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
    pub(crate) fn answer(body: B, answer: Answer) -> Self {
        let answering = Answering::new(body, answer);
        let state = State::Answer { answering };
        Self { state }
    }

    pub(crate) fn wait(inner: S, request: Request<B>, passing: Passing) -> Self {
        let waiting = Some((request, passing));
        let state = State::Wait { inner, waiting };
        Self { state }
    }

    /// The drain's deadline has passed: what is inside is dropped, the request's body with it.
    #[cold]
    fn give_up<R, E>(self: Pin<&mut Self>) -> Poll<Result<Response<HealthBody<R>>, E>> {
        let mut state = self.project().state;
        let passing = match state.as_mut().project() {
            StateProjection::Run { passing, .. } => Some(&*passing),
            StateProjection::Wait { waiting, .. } => waiting.as_ref().map(|(_, passing)| passing),
            StateProjection::Answer { .. } => None,
        };
        let form = passing.map_or(Form::Http2, |passing| passing.form);
        let tells_envoy = passing.is_some_and(Passing::tells_envoy);
        let answer = answer::unavailable(form, tells_envoy);
        state.set(State::Answer {
            answering: Answering::given(),
        });
        Poll::Ready(Ok(answer.map(HealthBody::answer)))
    }

    #[inline]
    pub(crate) fn run(inner: S::Future, passing: Passing) -> Self {
        let state = State::Run { inner, passing };
        Self { state }
    }
}

impl<S, B, R> ResponseFuture<S, B>
where
    S: Service<Request<B>, Response = Response<R>, Error: fmt::Display>,
    B: Body,
    R: Body,
{
    #[cold]
    fn poll_draining(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Response<HealthBody<R>>, S::Error>> {
        let state = self.as_mut().project().state;
        let StateProjection::Run { inner, passing } = state.project() else {
            return Poll::Pending;
        };
        passing.running(true);
        let polled = inner.poll(cx);
        passing.running(false);
        let response = match polled {
            Poll::Ready(Ok(response)) => Poll::Ready(Ok(passing.let_go(response, cx.waker()))),
            Poll::Ready(Err(error)) => Poll::Ready(passing.failed(error)),
            Poll::Pending => Poll::Pending,
        };
        if response.is_pending() && passing.wait(cx.waker()) {
            return self.give_up();
        }
        response
    }
}

impl<S, B, R> Future for ResponseFuture<S, B>
where
    S: Service<Request<B>, Response = Response<R>, Error: fmt::Display>,
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
                    if passing.drains() {
                        return self.poll_draining(cx);
                    }
                    // Nothing is done to a response on its way here, so that it is not copied once more.
                    passing.running(true);
                    let polled = inner.poll(cx);
                    passing.running(false);
                    match polled {
                        Poll::Ready(Ok(response)) => {
                            let pass_on = |body| passing.pass_on(body, cx.waker());
                            let mut response = response.map(pass_on);
                            passing.judge(&mut response);
                            return Poll::Ready(Ok(response));
                        }
                        Poll::Ready(Err(error)) => return Poll::Ready(passing.failed(error)),
                        Poll::Pending if passing.wait(cx.waker()) => return self.give_up(),
                        Poll::Pending => return Poll::Pending,
                    }
                }
                StateProjection::Answer { answering } => {
                    let response = ready!(answering.poll(cx));
                    return Poll::Ready(Ok(response.map(HealthBody::answer)));
                }
                StateProjection::Wait { inner, waiting } => {
                    let polled = inner.poll_ready(cx);
                    let (request, mut passing) = waiting
                        .take()
                        .expect("a request waits until it is called, once");
                    if let Poll::Ready(Err(error)) = polled {
                        return Poll::Ready(passing.failed(error));
                    }
                    if polled.is_ready() {
                        passing.admitted();
                        let inner = inner.call(request);
                        State::Run { inner, passing }
                    } else if passing.queue(cx.waker()) {
                        *waiting = Some((request, passing));
                        return self.give_up();
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
