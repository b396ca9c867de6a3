use std::fmt;
use std::mem;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::answering::Answer;
use crate::layer::{Asked, Form, OptIns, Passing, ResponseFuture, Shared};
use crate::{BoxError, Health, HealthBody, answer};

/// The service that a [`HealthLayer`](crate::HealthLayer) makes.
///
/// 1. It is always ready. `poll_ready` polls the inner service and remembers what it said; a probe is answered regardless.
/// 2. The inner service is only ever called after *that* instance was polled ready: at once, or in the request's own future,
///    which takes the polled instance along and leaves a clone.
/// 3. What a probe left polled is given back: an instance that idles behind a keep-alive connection must not keep a permit,
///    or a place in a queue, from the application.
/// 4. An instance that failed its `poll_ready` is replaced by a clone; the request that follows meets the error itself.
pub struct HealthService<S> {
    inner: S,
    polled: Polled,
    shared: Shared,
    /// Keeps the checks running as long as the application has a service. Not cloned: servers clone for each request,
    /// and would all count on one line. To a clone that outlives the original and every `Health`, results go stale.
    _health: Option<Health>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Polled {
    Never,
    Pending,
    Ready,
}

impl<S> HealthService<S> {
    pub(crate) fn new(inner: S, shared: Shared, health: Health) -> Self {
        Self {
            inner,
            polled: Polled::Never,
            shared,
            _health: Some(health),
        }
    }

    /// The service inside.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }
}

impl<S, B, R> Service<Request<B>> for HealthService<S>
where
    S: Service<Request<B>, Response = Response<R>, Error: fmt::Display> + Clone,
    B: Body,
    R: Body<Data = Bytes>,
    R::Error: Into<BoxError>,
{
    type Response = Response<HealthBody<R>>;
    type Error = S::Error;
    type Future = ResponseFuture<S, B>;

    #[inline]
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        if self.polled != Polled::Ready {
            self.polled = match self.inner.poll_ready(cx) {
                Poll::Ready(Ok(())) => Polled::Ready,
                Poll::Pending => Polled::Pending,
                Poll::Ready(Err(_)) => {
                    self.inner = self.inner.clone();
                    Polled::Never
                }
            };
        }
        Poll::Ready(Ok(()))
    }

    #[inline]
    fn call(&mut self, request: Request<B>) -> Self::Future {
        match self.shared.asked(&request) {
            Some(asked) => self.answer(request, asked),
            None => self.pass(request),
        }
    }
}

impl<S> HealthService<S> {
    #[cold]
    fn answer<B>(&mut self, request: Request<B>, asked: Asked) -> ResponseFuture<S, B>
    where
        S: Service<Request<B>> + Clone,
        B: Body,
    {
        if self.polled != Polled::Never {
            self.inner = self.inner.clone();
            self.polled = Polled::Never;
        }
        let (body, answer) = self.shared.answer(request, asked);
        ResponseFuture::answer(body, answer)
    }

    #[inline]
    fn pass<B>(&mut self, mut request: Request<B>) -> ResponseFuture<S, B>
    where
        S: Service<Request<B>> + Clone,
        B: Body,
    {
        #[cfg(feature = "synthetic")]
        if crate::synthetic::admit(&mut request) {
            return self.pass_uncounted(request);
        }
        let (counted, drain) = self.shared.enter();
        let form = Form::of(&request);
        if drain.is_refusing() {
            return self.refuse(request, form);
        }
        let mut passing = Passing::new(counted, &request, form);
        self.shared.opt_in(&mut request, &mut passing);
        match mem::replace(&mut self.polled, Polled::Never) {
            Polled::Ready => ResponseFuture::run(self.inner.call(request), passing),
            Polled::Pending | Polled::Never => {
                let clone = self.inner.clone();
                let polled = mem::replace(&mut self.inner, clone);
                ResponseFuture::wait(polled, request, passing)
            }
        }
    }

    /// A request of the service's own, which no drain refuses: it ends before it would. Apart, and waiting where it need not, so that
    /// nothing is copied once more for those that are counted.
    #[cfg(feature = "synthetic")]
    #[cold]
    fn pass_uncounted<B>(&mut self, mut request: Request<B>) -> ResponseFuture<S, B>
    where
        S: Service<Request<B>> + Clone,
        B: Body,
    {
        let mut passing = Passing::uncounted(&request, Form::of(&request));
        self.shared.opt_in(&mut request, &mut passing);
        self.polled = Polled::Never;
        let clone = self.inner.clone();
        let polled = mem::replace(&mut self.inner, clone);
        ResponseFuture::wait(polled, request, passing)
    }

    /// What comes too late is told so, and what was polled for it is given back.
    #[cold]
    fn refuse<B>(&mut self, request: Request<B>, form: Form) -> ResponseFuture<S, B>
    where
        S: Service<Request<B>> + Clone,
        B: Body,
    {
        self.inner = self.inner.clone();
        self.polled = Polled::Never;
        let tells_envoy = self.shared.opt_ins.is_some_and(OptIns::tells_envoy);
        let answer = Answer::Known(answer::unavailable(form, tells_envoy));
        ResponseFuture::answer(request.into_body(), answer)
    }
}

impl<S: Clone> Clone for HealthService<S> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            polled: Polled::Never,
            shared: self.shared,
            _health: None,
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for HealthService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HealthService")
            .field("inner", &self.inner)
            .field("polled", &self.polled)
            .finish_non_exhaustive()
    }
}
