use std::fmt::{self, Display};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, TE, USER_AGENT};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, Version};

use crate::synthetic::expect::Expectations;
use crate::synthetic::line::SyntheticBody;
use crate::synthetic::{Answer, grpc};

/// So much of a path is of use in a reason.
const LONGEST_PATH: usize = 100;

/// One request of a [`Synthetic`](crate::Synthetic), and what its answer has to be: 2xx, where nothing else is said, with a body that is
/// read to its end.
///
/// ```
/// use health_tower::Step;
///
/// let step = Step::post("/login")
///     .header("content-type", "application/json")
///     .body(r#"{"user": "canary"}"#)
///     .expect_status(201)
///     .expect_header("set-cookie", |cookie| cookie.starts_with("session="))
///     .expect_body(|body| body.is_empty());
/// # let _ = step;
/// ```
#[must_use = "a step does nothing until a `Synthetic` takes it"]
pub struct Step {
    method: Method,
    path: PathAndQuery,
    headers: HeaderMap,
    body: Bytes,
    is_grpc: bool,
    expected: Expectations,
    pub(crate) problems: Vec<String>,
}

impl Step {
    /// A request with any method. The path begins with `/`; a query may follow.
    pub fn new(method: Method, path: impl AsRef<str>) -> Self {
        let path = path.as_ref();
        let read = path.parse::<PathAndQuery>().ok();
        let read = read.filter(|_| path.starts_with('/') && !path.contains('#'));
        let problem = read.is_none().then(|| {
            format!("the path {path:?} is none: it begins with `/`, and host and scheme stand in `over(…)`")
        });
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, HeaderValue::from_static("health-synthetic"));
        Self {
            method,
            path: read.unwrap_or_else(|| PathAndQuery::from_static("/")),
            headers,
            body: Bytes::new(),
            is_grpc: false,
            expected: Expectations::default(),
            problems: problem.into_iter().collect(),
        }
    }

    /// A GET request.
    pub fn get(path: impl AsRef<str>) -> Self {
        Self::new(Method::GET, path)
    }

    /// A POST request.
    pub fn post(path: impl AsRef<str>) -> Self {
        Self::new(Method::POST, path)
    }

    /// A PUT request.
    pub fn put(path: impl AsRef<str>) -> Self {
        Self::new(Method::PUT, path)
    }

    /// A DELETE request.
    pub fn delete(path: impl AsRef<str>) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// A unary gRPC call of a method such as `pkg.Orders/Get`, with an encoded message (of prost: `message.encode_to_vec()`). It
    /// succeeds with grpc-status 0 and exactly one message, which [`expect_body`](Self::expect_body) sees; over HTTP/2.
    pub fn grpc(method: impl AsRef<str>, message: impl Into<Bytes>) -> Self {
        let method = method.as_ref();
        let mut halves = method.split('/');
        let named = |half: Option<&str>| half.is_some_and(|half| !half.is_empty());
        let whole = named(halves.next()) && named(halves.next()) && halves.next().is_none();
        let mut step = Self::new(Method::POST, format!("/{method}"));
        if !whole {
            step.problems = vec![format!(
                "the gRPC method {method:?} is none: write it as `pkg.Service/Method`"
            )];
        }
        step.is_grpc = true;
        let grpc = HeaderValue::from_static("application/grpc");
        step.headers.insert(CONTENT_TYPE, grpc);
        let trailers = HeaderValue::from_static("trailers");
        step.headers.insert(TE, trailers);
        match grpc::framed(&message.into()) {
            Some(frame) => step.body = frame,
            None => step.problems.push("the message is too long".to_owned()),
        }
        step
    }

    /// A header. A second one of that name is sent as well; the first of those that are set anyway, as `user-agent` is, takes its place.
    pub fn header<K, V>(mut self, name: K, value: V) -> Self
    where
        HeaderName: TryFrom<K>,
        HeaderValue: TryFrom<V>,
    {
        let name = HeaderName::try_from(name).ok();
        let value = HeaderValue::try_from(value).ok();
        match (name, value) {
            (Some(name), Some(value)) if name == USER_AGENT => {
                self.headers.insert(name, value);
            }
            (Some(name), Some(value)) => {
                self.headers.append(name, value);
            }
            (None, _) => self
                .problems
                .push("the name of a header is none".to_owned()),
            (Some(name), None) => self.problems.push(format!(
                "the value of header `{name}` can't be one: it holds what no header may"
            )),
        }
        self
    }

    /// The body. None where it isn't said. Of a gRPC step, the message has been given already.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        if self.is_grpc {
            let why = "a gRPC step has its message already; leave `body(…)` out";
            self.problems.push(why.to_owned());
        } else {
            self.body = body.into();
        }
        self
    }

    /// The status that is expected, instead of any 2xx; said again, one more that will do. Redirects are not followed: expect `303` where
    /// one is right.
    pub fn expect_status(mut self, status: u16) -> Self {
        match StatusCode::from_u16(status) {
            Ok(_) if self.is_grpc => self
                .problems
                .push("a gRPC step expects grpc-status 0; leave `expect_status(…)` out".to_owned()),
            Ok(status) => self.expected.statuses.push(status),
            Err(_) => self.problems.push(format!(
                "{status} is no status of HTTP; write one from 100 to 999"
            )),
        }
        self
    }

    /// What holds for a header of that name; for one of them, where there are several. A value that is not visible ASCII fails.
    pub fn expect_header<K>(
        mut self,
        name: K,
        holds: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Self
    where
        HeaderName: TryFrom<K>,
    {
        match HeaderName::try_from(name) {
            Ok(name) => self.expected.headers.push((name, Box::new(holds))),
            Err(_) => self
                .problems
                .push("the name of a header that is expected is none".to_owned()),
        }
        self
    }

    /// What holds for the body; for the message, of a gRPC step. Whatever it is, no reason quotes it.
    pub fn expect_body(mut self, holds: impl Fn(&[u8]) -> bool + Send + Sync + 'static) -> Self {
        self.expected.bodies.push(Box::new(holds));
        self
    }

    /// In origin form; who sends it elsewhere than into this process adds the rest.
    pub(crate) fn request(&self) -> Request<SyntheticBody> {
        let mut request = Request::new(SyntheticBody::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = Uri::from(self.path.clone());
        *request.headers_mut() = self.headers.clone();
        if self.is_grpc {
            *request.version_mut() = Version::HTTP_2;
        }
        request
    }

    /// The answer as later steps see it, if it is as expected.
    pub(crate) fn judge(&self, answer: Answer) -> Result<Answer, String> {
        let answer = if self.is_grpc {
            grpc::answered(answer)?
        } else {
            self.expected.status(&answer)?;
            answer
        };
        self.expected.rest(&answer)?;
        Ok(answer)
    }
}

/// Method and path, without the query: it may be secret.
impl Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.path();
        let path = if self.is_grpc { &path[1..] } else { path };
        let end = path.char_indices().nth(LONGEST_PATH).map(|(at, _)| at);
        let shown = &path[..end.unwrap_or(path.len())];
        let more = if end.is_some() { "…" } else { "" };
        if self.is_grpc {
            write!(f, "{shown}{more}")
        } else {
            write!(f, "{} {shown}{more}", self.method)
        }
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Step({self})")
    }
}

/// What a step that is made of answers may be: a [`Step`], or a `Result` whose error fails the run. The error is told as it is: leave
/// out what is secret.
pub trait IntoStep: sealed::Sealed {
    /// The step, or why there is none.
    #[doc(hidden)]
    fn into_step(self) -> Result<Step, String>;
}

impl IntoStep for Step {
    fn into_step(self) -> Result<Step, String> {
        Ok(self)
    }
}

impl<E: Display> IntoStep for Result<Step, E> {
    fn into_step(self) -> Result<Step, String> {
        self.map_err(|error| error.to_string())
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Step {}
    impl<E: std::fmt::Display> Sealed for Result<super::Step, E> {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_named_by_method_and_path_and_by_nothing_secret() {
        let step = Step::get("/orders/7?token=secret").header("authorization", "secret");
        assert_eq!(
            format!("{step} {step:?}"),
            "GET /orders/7 Step(GET /orders/7)"
        );
        assert_eq!(
            Step::grpc("pkg.Orders/Get", "").to_string(),
            "pkg.Orders/Get"
        );
        let long = Step::get(format!("/{}", "a".repeat(200))).to_string();
        assert_eq!(long, format!("GET /{}…", "a".repeat(99)));
    }
}
