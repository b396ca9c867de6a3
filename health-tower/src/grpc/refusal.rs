use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Response};

use crate::layer::Form;
use crate::{ProbeBody, answer};

/// Why a call is not answered: a status of gRPC other than `OK`; or, where it is no call of gRPC, one of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    NotPost,
    NotGrpc,
    /// Nobody declared a service of that name.
    NoSuchService,
    NoSuchMethod,
    /// The service does not decompress.
    Compressed,
    TooLong,
    TooMany,
    /// It did not come in time.
    NoRequest,
    Malformed(&'static str),
    ShuttingDown,
}

pub(crate) const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
const GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const GRPC_ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");
pub(crate) const IDENTITY: HeaderValue = HeaderValue::from_static("identity");
pub(crate) const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");

impl Refusal {
    pub(crate) fn response(self) -> Response<ProbeBody> {
        match self {
            Self::NotPost => answer::only("POST"),
            Self::NotGrpc => answer::not_grpc(),
            Self::NoRequest => trailers_only("4", "the request did not come to its end in time"),
            Self::NoSuchService => trailers_only("5", "unknown service"),
            Self::TooLong => trailers_only("8", "the request is longer than any that makes sense"),
            Self::TooMany => trailers_only("8", "there are more than 100 services to list"),
            Self::NoSuchMethod => {
                trailers_only("12", "unknown method: there are Check, Watch and List")
            }
            Self::Compressed => {
                let text = "health requests must not be compressed";
                let mut response = trailers_only("12", text);
                let headers = response.headers_mut();
                headers.insert(GRPC_ACCEPT_ENCODING, IDENTITY);
                response
            }
            Self::Malformed(why) => trailers_only("13", why),
            Self::ShuttingDown => answer::unavailable(Form::Grpc, false),
        }
    }
}

/// A response that is trailers only, as gRPC calls it: a code from
/// <https://grpc.github.io/grpc/core/md_doc_statuscodes.html>, and a text of visible ASCII without `%`.
fn trailers_only(code: &'static str, message: &'static str) -> Response<ProbeBody> {
    let mut response = Response::new(ProbeBody::default());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, GRPC);
    // Else what compresses responses adds a body, and then it is not trailers only.
    headers.insert(CONTENT_ENCODING, IDENTITY);
    headers.insert(GRPC_STATUS, HeaderValue::from_static(code));
    headers.insert(GRPC_MESSAGE, HeaderValue::from_static(message));
    response
}
