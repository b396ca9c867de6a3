use std::fmt;

use http::header::CONTENT_TYPE;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Request, Version};

use crate::InFlightEntry;

/// A request in flight, under its name.
pub(crate) type Entry = InFlightEntry<Name>;

/// What a request is called in the report of a drain: method and path, as it came, without the query.
#[derive(Debug)]
pub(crate) struct Name {
    method: Method,
    path: Option<PathAndQuery>,
}

impl Name {
    /// Copies no text: both are shared, or small.
    #[inline]
    pub(crate) fn of<B>(request: &Request<B>) -> Self {
        Self {
            method: request.method().clone(),
            path: request.uri().path_and_query().cloned(),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// A path that is made to be long must not fill a log.
        const MOST: usize = 100;

        let path = self.path.as_ref().map_or("", PathAndQuery::path);
        write!(f, "{} ", self.method)?;
        match path.char_indices().nth(MOST) {
            Some((cut, _)) => write!(f, "{}…", &path[..cut]),
            None => f.write_str(path),
        }
    }
}

/// In which form an answer of our own has to be, should there be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// HTTP/1 and older: a connection is closed by a header.
    Http1,
    /// HTTP/2 and later: closing is the server's.
    Http2,
    /// gRPC, whose status is in trailers.
    Grpc,
}

impl Form {
    #[inline]
    pub(crate) fn of<B>(request: &Request<B>) -> Self {
        if request.version() < Version::HTTP_2 {
            Self::Http1
        } else if *request.method() == Method::POST && is_grpc(request.headers()) {
            Self::Grpc
        } else {
            Self::Http2
        }
    }
}

fn is_grpc(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.and_then(|kind| kind.strip_prefix(b"application/grpc"))
        .is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(version: Version, method: &Method, kind: &str) -> Form {
        let request = Request::builder().version(version).method(method);
        Form::of(&request.header(CONTENT_TYPE, kind).body(()).unwrap())
    }

    #[test]
    fn only_grpc_is_grpc() {
        for kind in [
            "application/grpc",
            "application/grpc+proto",
            "application/grpc;x",
        ] {
            assert_eq!(form(Version::HTTP_2, &Method::POST, kind), Form::Grpc);
            assert_eq!(form(Version::HTTP_2, &Method::GET, kind), Form::Http2);
            assert_eq!(form(Version::HTTP_11, &Method::POST, kind), Form::Http1);
        }
        for kind in ["application/grpc-web", "application/json", ""] {
            assert_eq!(form(Version::HTTP_2, &Method::POST, kind), Form::Http2);
        }
    }

    #[test]
    fn a_name_has_no_query_and_is_no_longer_than_a_line() {
        let name = |uri: &str| Name::of(&Request::get(uri).body(()).unwrap()).to_string();
        assert_eq!(name("/orders/7?token=secret"), "GET /orders/7");
        assert_eq!(name("http://orders/"), "GET /");
        assert_eq!(name("orders:443"), "GET ");
        assert_eq!(name(&format!("/{}", "x".repeat(5000))).chars().count(), 105);
    }
}
