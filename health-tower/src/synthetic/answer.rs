use std::fmt;
use std::ops::Index;

use bytes::Bytes;
use http::header::SET_COOKIE;
use http::response::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};

/// What the steps before were answered, for the step that is made of it: `answers[0]` is the first step's.
///
/// Indexing panics where there is no such step, which fails the run.
#[derive(Debug, Default)]
pub struct Answers(Vec<Answer>);

impl Answers {
    pub(crate) fn push(&mut self, answer: Answer) {
        self.0.push(answer);
    }

    /// The step's before, if there was one.
    #[must_use]
    pub fn last(&self) -> Option<&Answer> {
        self.0.last()
    }
}

impl Index<usize> for Answers {
    type Output = Answer;

    fn index(&self, step: usize) -> &Answer {
        &self.0[step]
    }
}

/// A whole answer.
pub struct Answer {
    head: Parts,
    body: Bytes,
    trailers: Option<HeaderMap>,
}

impl Answer {
    pub(crate) fn new(head: Parts, body: Bytes, trailers: Option<HeaderMap>) -> Self {
        Self {
            head,
            body,
            trailers,
        }
    }

    /// The status of HTTP.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The first header of that name, if it is visible ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let value = self.head.headers.get(name);
        value.and_then(|value| value.to_str().ok())
    }

    /// All headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// The cookies that it sets, as the next request's `cookie` header has them: `session=1; theme=dark`. Empty where it sets none.
    #[must_use]
    pub fn cookies(&self) -> String {
        let set = self.head.headers.get_all(SET_COOKIE).iter();
        let set = set.filter_map(|value| value.to_str().ok());
        let pairs = set.filter_map(|value| value.split(';').next());
        pairs.map(str::trim).collect::<Vec<_>>().join("; ")
    }

    /// The body; of a gRPC step, the message in it.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    pub(crate) fn with_body(self, body: Bytes) -> Self {
        Self { body, ..self }
    }

    /// A trailer, or where there are none, a header.
    pub(crate) fn trailer(&self, name: &str) -> Option<&HeaderValue> {
        let trailer = self.trailers.as_ref().and_then(|all| all.get(name));
        trailer.or_else(|| self.head.headers.get(name))
    }
}

/// Neither headers nor body: they may be secret.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.head.status)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_come_without_their_attributes_and_nothing_is_printed() {
        let response = http::Response::builder()
            .header(SET_COOKIE, "session=abc; Path=/; HttpOnly")
            .header(SET_COOKIE, "theme=dark")
            .body(());
        let (head, ()) = response.unwrap().into_parts();
        let answer = Answer::new(head, Bytes::from_static(b"secret"), None);
        assert_eq!(answer.cookies(), "session=abc; theme=dark");
        let printed = format!("{answer:?}");
        assert!(printed.contains("200") && printed.contains("6 bytes"));
        assert!(!printed.contains("abc") && !printed.contains("secret"));
    }
}
