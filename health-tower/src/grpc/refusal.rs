use http::{HeaderName, Response};

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

const GRPC_ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");

impl Refusal {
    pub(crate) fn response(self) -> Response<ProbeBody> {
        let (code, message) = match self {
            Self::NotPost => return answer::only("POST"),
            Self::NotGrpc => return answer::not_grpc(),
            Self::ShuttingDown => return answer::unavailable(Form::Grpc, false),
            Self::NoRequest => ("4", "the request did not come to its end in time"),
            Self::NoSuchService => ("5", "unknown service"),
            Self::TooLong => ("8", "the request is longer than any that makes sense"),
            Self::TooMany => ("8", "there are more than 100 services to list"),
            Self::NoSuchMethod => ("12", "unknown method: there are Check, Watch and List"),
            Self::Compressed => ("12", "health requests must not be compressed"),
            Self::Malformed(why) => ("13", why),
        };
        let mut status = answer::grpc_status(code, message);
        if self == Self::Compressed {
            status.insert(GRPC_ACCEPT_ENCODING, answer::IDENTITY);
        }
        answer::trailers_only(status)
    }
}
