use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, Request, Version};

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

pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    const GRPC: &[u8; 16] = b"application/grpc";
    let kind = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.and_then(|kind| kind.split_first_chunk::<16>())
        .is_some_and(|(kind, rest)| {
            GRPC.eq_ignore_ascii_case(kind) && matches!(rest.first(), None | Some(b'+' | b';'))
        })
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
            "Application/gRPC",
        ] {
            assert_eq!(form(Version::HTTP_2, &Method::POST, kind), Form::Grpc);
            assert_eq!(form(Version::HTTP_2, &Method::GET, kind), Form::Http2);
            assert_eq!(form(Version::HTTP_11, &Method::POST, kind), Form::Http1);
        }
        for kind in [
            "application/grpc-web",
            "application/grp",
            "application/json",
            "",
        ] {
            assert_eq!(form(Version::HTTP_2, &Method::POST, kind), Form::Http2);
        }
    }
}
