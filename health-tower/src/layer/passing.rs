use std::fmt;
use std::task::Waker;

use http::header::CONNECTION;
use http::uri::PathAndQuery;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body::Body;

use crate::layer::{Form, OptIns, tell_envoy};
use crate::traffic::ending;
use crate::{Ending, HealthBody, InFlightRequest, answer};

/// A body that is known to be longer takes its time.
const LONG: u64 = 64 * 1024;

/// A request on its way through: counted, and told when a drain wants something of it.
pub(crate) struct Passing {
    /// Goes on into the body.
    pub(crate) request: Option<InFlightRequest>,
    pub(crate) form: Form,
    pub(crate) opt_ins: Option<&'static OptIns>,
    method: Method,
    path: Option<PathAndQuery>,
}

impl Passing {
    /// Copies no text of the request: it is shared, or small.
    #[inline]
    pub(crate) fn new<B>(counted: InFlightRequest, request: &Request<B>, form: Form) -> Self {
        Self {
            request: Some(counted),
            form,
            opt_ins: None,
            method: request.method().clone(),
            path: request.uri().path_and_query().cloned(),
        }
    }

    /// One of ours: in no figure, and ended by whoever made it. A drain wants nothing of it.
    #[cfg(feature = "synthetic")]
    #[cold]
    pub(crate) fn uncounted<B>(request: &Request<B>, form: Form) -> Self {
        Self {
            request: None,
            form,
            opt_ins: None,
            method: request.method().clone(),
            path: request.uri().path_and_query().cloned(),
        }
    }

    #[inline]
    pub(crate) fn drains(&self) -> bool {
        self.request
            .as_ref()
            .is_some_and(|request| !request.flags().is_clear())
    }

    /// The response is not there yet. `true` if the drain's deadline has passed, and it is to be given up.
    pub(crate) fn wait(&mut self, waker: &Waker) -> bool {
        let path = self.path.as_ref().map_or("", PathAndQuery::path);
        let name = || (self.method.as_str(), path);
        self.request
            .as_mut()
            .is_some_and(|request| request.wait(waker, name))
    }

    /// Whether the service's own code runs for it now: if it is dropped meanwhile, that has panicked.
    #[inline]
    pub(crate) fn running(&mut self, running: bool) {
        if let Some(request) = &mut self.request {
            request.running(running);
        }
    }

    /// What the head of the response says of how it ends. Its body, where the request is by now, may tell more.
    #[inline]
    pub(crate) fn judge<B>(&self, response: &mut Response<HealthBody<B>>) {
        let own = self.opt_ins.and_then(|own| own.classify(response));
        if let Some(ending) = own.or_else(|| ending::of_head(self.form, response)) {
            response.body_mut().end(ending);
        }
    }

    /// The service gives no response. Gives one instead, where it was only shed, and that is to be answered.
    #[cold]
    pub(crate) fn failed<B, E: fmt::Display>(
        &mut self,
        error: E,
    ) -> Result<Response<HealthBody<B>>, E> {
        let ending = ending::of_error(&error);
        if let Some(request) = &mut self.request {
            request.end(ending);
        }
        let answers = ending == Ending::Shed && self.opt_ins.is_some_and(OptIns::answers_sheds);
        if !answers {
            return Err(error);
        }
        Ok(answer::shed(self.form).map(HealthBody::answer))
    }

    /// Whether its answer tells Envoy of a drain.
    pub(crate) fn tells_envoy(&self) -> bool {
        self.opt_ins.is_some_and(OptIns::tells_envoy)
    }

    /// The service is not ready for it. `true` as with [`wait`](Self::wait).
    #[cold]
    pub(crate) fn queue(&mut self, waker: &Waker) -> bool {
        if let Some(request) = &mut self.request {
            request.queued();
        }
        self.wait(waker)
    }

    /// It is now.
    #[inline]
    pub(crate) fn admitted(&mut self) {
        if let Some(request) = &mut self.request {
            request.admitted();
        }
    }

    /// The response is there. If its body takes its time, it is put down while its name is known; the body counts on.
    #[inline]
    pub(crate) fn pass_on<B: Body>(&mut self, body: B, waker: &Waker) -> HealthBody<B> {
        if let Some(request) = &mut self.request {
            request.answered();
            if self.form == Form::Grpc && body.is_end_stream() {
                // Nobody will ask it for trailers; the head may still say otherwise.
                request.end(Ending::Completed);
            }
        }
        if body.size_hint().upper().is_none_or(|most| most > LONG) && !body.is_end_stream() {
            self.wait(waker);
        }
        HealthBody::through(body, self.request.take(), self.form)
    }

    /// The same while a drain is under way: more and more connections are closed after their responses. In HTTP/2, that is up to the
    /// server. Envoy is told, where it is to be.
    #[cold]
    pub(crate) fn let_go<B: Body>(
        &mut self,
        mut response: Response<B>,
        waker: &Waker,
    ) -> Response<HealthBody<B>> {
        let request = self.request.as_ref();
        let chance = request.map_or(0.0, InFlightRequest::closing_chance);
        // What becomes another protocol is no longer HTTP's to close, and a client must fail a handshake without `upgrade`.
        let upgrades = response.status() == StatusCode::SWITCHING_PROTOCOLS
            || self.method == Method::CONNECT && response.status().is_success();
        if self.form == Form::Http1 && !upgrades && fastrand::f64() < chance {
            let close = HeaderValue::from_static("close");
            response.headers_mut().append(CONNECTION, close);
        }
        if self.tells_envoy() {
            tell_envoy(response.headers_mut());
        }
        let mut response = response.map(|body| self.pass_on(body, waker));
        self.judge(&mut response);
        response
    }
}
