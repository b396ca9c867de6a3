use http::header::HeaderName;
use http::{HeaderValue, StatusCode};

use crate::synthetic::Answer;

type OfHeader = Box<dyn Fn(&str) -> bool + Send + Sync>;
type OfBody = Box<dyn Fn(&[u8]) -> bool + Send + Sync>;

/// What an answer has to be. What it was instead is said without its headers and its body: they may be secret.
#[derive(Default)]
pub(crate) struct Expectations {
    /// Any of these; where there are none, 2xx.
    pub(crate) statuses: Vec<StatusCode>,
    pub(crate) headers: Vec<(HeaderName, OfHeader)>,
    pub(crate) bodies: Vec<OfBody>,
}

impl Expectations {
    /// The status, before anything is made of the body.
    pub(crate) fn status(&self, answer: &Answer) -> Result<(), String> {
        let status = answer.status();
        if self.statuses.is_empty() && status.is_success() || self.statuses.contains(&status) {
            return Ok(());
        }
        let expected: Vec<_> = self.statuses.iter().map(StatusCode::as_str).collect();
        let expected = if expected.is_empty() {
            "2xx".to_owned()
        } else {
            expected.join(" or ")
        };
        let note = if status.is_redirection() {
            ": redirects are not followed"
        } else {
            ""
        };
        let status = status.as_str();
        Err(format!("status {status}, expected {expected}{note}"))
    }

    /// Headers, then the body.
    pub(crate) fn rest(&self, answer: &Answer) -> Result<(), String> {
        for (name, holds) in &self.headers {
            let mut values = answer.headers().get_all(name).iter().peekable();
            if values.peek().is_none() {
                return Err(format!("header `{name}` is missing"));
            }
            let holds = |value: &HeaderValue| value.to_str().is_ok_and(holds);
            if !values.any(holds) {
                return Err(format!("header `{name}` is not as expected"));
            }
        }
        let body = answer.body();
        if self.bodies.iter().all(|holds| holds(body)) {
            return Ok(());
        }
        let length = body.len();
        Err(format!("the body ({length} bytes) is not as expected"))
    }
}
