//! The answers that leave the process: plain, and without names, causes or versions.

use std::sync::LazyLock;

use http::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};

use crate::layer::{Form, tell_envoy};
use crate::traffic::ending::PUSHBACK;
use crate::{ProbeBody, ProbeStatus};

/// The interval of a check where nobody set one: sooner, nothing can have changed.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("5");

/// Whether this method asks a probe; others are told that they don't.
pub(crate) fn is_asked(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Answers a probe that was asked with this method; one that is down may tell Envoy why.
pub(crate) fn probe(
    method: &Method,
    status: ProbeStatus,
    tells_envoy: bool,
) -> Response<ProbeBody> {
    if !is_asked(method) {
        return method_not_allowed();
    }
    let head = *method == Method::HEAD;
    let mut response = answered(status.is_up(), head);
    if tells_envoy {
        tell_envoy(response.headers_mut());
    }
    response
}

/// Headers are copied: putting four of them into a map takes longer.
fn answered(up: bool, head: bool) -> Response<ProbeBody> {
    static UP: LazyLock<HeaderMap> = LazyLock::new(|| headers("2"));
    static DOWN: LazyLock<HeaderMap> = LazyLock::new(|| {
        let mut headers = headers("11");
        headers.insert(RETRY_AFTER, RETRY_AFTER_SECONDS);
        headers
    });
    let (status, headers, text) = if up {
        (StatusCode::OK, &UP, "ok")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, &DOWN, "unavailable")
    };
    let mut response = Response::new(ProbeBody::new(if head { "" } else { text }));
    *response.status_mut() = status;
    *response.headers_mut() = HeaderMap::clone(headers);
    response
}

/// The answer in another form, for one who may see it.
#[cfg(feature = "details")]
pub(crate) fn detailed(
    method: &Method,
    details: crate::details::Detailed,
    tells_envoy: bool,
) -> Response<ProbeBody> {
    let head = *method == Method::HEAD;
    let mut response = probe(method, details.status, tells_envoy);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, details.content_type);
    headers.insert(CONTENT_LENGTH, HeaderValue::from(details.text.len()));
    let text = if head {
        bytes::Bytes::new()
    } else {
        details.text
    };
    response.map(|_| ProbeBody::text(text))
}

/// Answers the drain switch: where the service is now, and whether that is what was wanted.
#[cfg(feature = "switch")]
pub(crate) fn switched(phase: crate::Phase, as_wanted: bool) -> Response<ProbeBody> {
    let status = if as_wanted {
        StatusCode::OK
    } else {
        StatusCode::CONFLICT
    };
    let text = phase.name();
    let length = match text.len() {
        6 => "6",
        7 => "7",
        _ => "8",
    };
    plain(status, text, length, false)
}

/// Answers a stand-alone service's request for anything that is not a probe.
pub(crate) fn not_found(method: &Method) -> Response<ProbeBody> {
    let head = *method == Method::HEAD;
    plain(StatusCode::NOT_FOUND, "not found", "9", head)
}

/// Answers a request that was made with another method than there is.
#[cfg(feature = "grpc")]
pub(crate) fn only(method: &'static str) -> Response<ProbeBody> {
    not_allowed(HeaderValue::from_static(method))
}

/// Answers a request to a gRPC service that is none of gRPC.
#[cfg(feature = "grpc")]
pub(crate) fn not_grpc() -> Response<ProbeBody> {
    let text = "the content type is not application/grpc";
    plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, text, "40", false)
}

/// Answers a request that the service can't serve any more, for it ends: try another instance.
pub(crate) fn unavailable(form: Form, tells_envoy: bool) -> Response<ProbeBody> {
    let mut response = match form {
        Form::Grpc => trailers_only(grpc_status_unavailable()),
        Form::Http1 | Form::Http2 => answered(false, false),
    };
    let headers = response.headers_mut();
    if form == Form::Http1 {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if tells_envoy {
        tell_envoy(headers);
    }
    response
}

/// Answers a request that was turned away so that others can be served: come again, later, and not all at once.
pub(crate) fn shed(form: Form) -> Response<ProbeBody> {
    let later = fastrand::u16(1..=3);
    if form == Form::Grpc {
        // RESOURCE_EXHAUSTED, as tonic says where its own limit sheds.
        let mut response = trailers_only(grpc_status("8", "the server has too much to do"));
        let pushback = HeaderValue::from(u32::from(later) * 1000);
        response.headers_mut().insert(PUSHBACK, pushback);
        return response;
    }
    let mut response = answered(false, false);
    let later = HeaderValue::from(later);
    response.headers_mut().insert(RETRY_AFTER, later);
    response
}

pub(crate) const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");
pub(crate) const IDENTITY: HeaderValue = HeaderValue::from_static("identity");

/// A response that is trailers only, as gRPC calls it.
pub(crate) fn trailers_only(status: HeaderMap) -> Response<ProbeBody> {
    let mut response = Response::new(ProbeBody::default());
    *response.headers_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, GRPC);
    // Else what compresses responses adds a body, and then it is not trailers only.
    headers.insert(CONTENT_ENCODING, IDENTITY);
    response
}

/// How a call of gRPC ended: a code from <https://grpc.github.io/grpc/core/md_doc_statuscodes.html>, and a text of visible ASCII
/// without `%`.
pub(crate) fn grpc_status(code: &'static str, message: &'static str) -> HeaderMap {
    let status = HeaderName::from_static("grpc-status");
    let text = HeaderName::from_static("grpc-message");
    [(status, code), (text, message)]
        .map(|(name, value)| (name, HeaderValue::from_static(value)))
        .into_iter()
        .collect()
}

/// The status `UNAVAILABLE`, which clients may retry elsewhere.
pub(crate) fn grpc_status_unavailable() -> HeaderMap {
    grpc_status("14", "the server is shutting down")
}

fn method_not_allowed() -> Response<ProbeBody> {
    not_allowed(HeaderValue::from_static("GET, HEAD"))
}

fn not_allowed(allow: HeaderValue) -> Response<ProbeBody> {
    let mut response = plain(
        StatusCode::METHOD_NOT_ALLOWED,
        "method not allowed",
        "18",
        false,
    );
    response.headers_mut().insert(ALLOW, allow);
    response
}

/// A HEAD request gets the headers of GET, the length included (RFC 9110, 9.3.2), and no body.
///
/// `length` is that of the text: made from a number, a header's value is two more allocations.
fn plain(
    status: StatusCode,
    text: &'static str,
    length: &'static str,
    head: bool,
) -> Response<ProbeBody> {
    debug_assert_eq!(length.parse(), Ok(text.len()));
    let body = if head { "" } else { text };
    let mut response = Response::new(ProbeBody::new(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers(length);
    response
}

/// Of every answer in plain text.
fn headers(length: &'static str) -> HeaderMap {
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    let headers = [
        (CONTENT_TYPE, text),
        (CONTENT_LENGTH, HeaderValue::from_static(length)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    headers.into_iter().collect()
}
