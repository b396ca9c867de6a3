//! What is wrong, and what to do.

use std::fmt;

use http::{HeaderMap, StatusCode};

use crate::test::ask::{Came, Form};
use crate::test::question::Answered;

/// A probe that is not answered as it should be.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) form: Form,
    pub(super) path: String,
    pub(super) came: Came,
    pub(super) answered: Answered,
    pub(super) full: bool,
}

impl Problem {
    /// Whether it is one.
    pub(super) fn is_one(&self, details_may_be_seen: bool) -> bool {
        let Came::Response(status, headers) = &self.came else {
            return true;
        };
        match self.answered {
            Answered::No => true,
            Answered::WithDetails if !details_may_be_seen => true,
            Answered::Plainly | Answered::WithDetails => !is_ours(&self.form, *status, headers),
        }
    }

    fn what_to_do(&self) -> &'static str {
        const OUTSIDE: &str = "put the HealthLayer outside of it: in axum, `.layer(HealthLayer::new(&health))` last; in a `ServiceBuilder`, first";
        const LIMIT: &str = "something outside of the HealthLayer, as a limit, a buffer or a load shed, keeps probes waiting or refuses them: \
                             put the HealthLayer outside of it: in axum, `.layer(HealthLayer::new(&health))` last; in a `ServiceBuilder`, first";
        const AUTH: &str = "it was answered by something outside of the HealthLayer that wants credentials, which no prober has: \
                            put the HealthLayer outside of authentication: in axum, `.layer(HealthLayer::new(&health))` last; in a `ServiceBuilder`, first";
        const FALLBACK: &str = "it never came to a HealthLayer with this path. In axum, a probe gets there through the fallback: call \
                                `.layer(HealthLayer::new(&health))` on the outermost router, after `.fallback(…)`, `.merge(…)` and `.nest(…)`, and not \
                                `.route_layer`; or wrap all of it: `Router::new().fallback_service(layer.layer(app))`. And see whether the service's \
                                layer has the paths, and the options, of the one that the test names";
        const DETAILS: &str = "names and causes were shown to one without credentials: let `HealthLayerBuilder::details` ask for a token, or, if all may \
                               see them, test with `Placement::public_details`";
        const CHANGED: &str = "the HealthLayer answered, and something outside of it made another response of that: see what changes responses there";
        match (&self.came, self.answered) {
            (Came::Response(..), Answered::WithDetails) => DETAILS,
            (Came::Response(..), Answered::Plainly) => CHANGED,
            (Came::Response(status, headers), Answered::No) => match status.as_u16() {
                401 | 403 | 407 => AUTH,
                404 | 405 => FALLBACK,
                200 if headers.contains_key("grpc-status") && !self.full => FALLBACK,
                _ if self.full => LIMIT,
                200..300 => {
                    "the application answers this path by itself, and the HealthLayer is not asked: remove that route, or put the HealthLayer outside of it"
                }
                _ => OUTSIDE,
            },
            _ => LIMIT,
        }
    }
}

/// Whether the layer could have said this.
fn is_ours(form: &Form, status: StatusCode, headers: &HeaderMap) -> bool {
    match form {
        Form::Grpc => status == StatusCode::OK && is_of_grpc(headers),
        Form::Plain | Form::Query | Form::Json => {
            matches!(status, StatusCode::OK | StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

fn is_of_grpc(headers: &HeaderMap) -> bool {
    let kind = headers.get(http::header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let full = if self.full {
            ", while the application is full,"
        } else {
            ""
        };
        write!(f, "{}{full} ", self.form.of(&self.path))?;
        match &self.came {
            Came::Unready => f.write_str("found a service that never gets ready")?,
            Came::Pending => f.write_str("was not answered")?,
            Came::Failed(error) => write!(f, "failed with `{error}`")?,
            Came::Response(status, headers) => {
                write!(f, "was answered {}", status.as_u16())?;
                if let Some(code) = headers.get("grpc-status") {
                    write!(f, ", as gRPC {}", String::from_utf8_lossy(code.as_bytes()))?;
                }
            }
        }
        write!(f, ": {}", self.what_to_do())
    }
}
