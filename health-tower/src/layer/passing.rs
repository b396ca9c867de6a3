use std::task::Waker;

use http::header::CONNECTION;
use http::{HeaderMap, HeaderValue, Response};

use crate::HealthBody;
use crate::layer::{Entry, Form};

/// A request on its way through: counted, and told when a drain wants something of it.
pub(crate) struct Passing {
    /// Goes on into the body.
    entry: Option<Entry>,
    pub(crate) form: Form,
}

impl Passing {
    #[inline]
    pub(crate) fn new(entry: Entry, form: Form) -> Self {
        let entry = Some(entry);
        Self { entry, form }
    }

    /// The response is not there yet. `true` if the drain's deadline has passed, and it is to be given up.
    pub(crate) fn wait(&mut self, waker: &Waker) -> bool {
        self.entry.as_mut().is_some_and(|entry| entry.wait(waker))
    }

    /// The response is there; its body counts on.
    #[inline]
    pub(crate) fn through<B>(&mut self, mut response: Response<B>) -> Response<HealthBody<B>> {
        let entry = self.entry.take();
        if let Some(entry) = entry.as_ref().filter(|entry| !entry.flags().is_clear()) {
            let_go(entry, self.form, response.headers_mut());
        }
        response.map(|body| HealthBody::through(body, entry, self.form))
    }
}

/// While draining, more and more connections are closed after their responses. In HTTP/2, that is up to the server.
#[cold]
fn let_go(entry: &Entry, form: Form, headers: &mut HeaderMap) {
    if form == Form::Http1 && fastrand::f64() < entry.closing_chance() {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
}
