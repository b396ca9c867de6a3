//! How a gRPC call ended, as headers or trailers say it.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::exec::failure::{Code, Failure};

pub(crate) const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");

const NAMES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// The failure of a call, if these say that it failed.
pub(crate) fn failed(headers: &HeaderMap, service: &str) -> Option<Failure> {
    let status = headers.get(&STATUS)?.as_bytes();
    if status == b"0" {
        return None;
    }
    let number = str::from_utf8(status).ok().and_then(|it| it.parse().ok());
    let name = number.and_then(|number: usize| NAMES.get(number).copied());
    let shown = status.escape_ascii().to_string();
    let name = name.unwrap_or(&shown);
    let message = headers.get(&MESSAGE).map(HeaderValue::as_bytes);
    let message = message.filter(|message| !message.is_empty());
    let message = message.map(|message| format!(" ({})", message.escape_ascii()));
    let what = format!("the call failed with {name}{}", message.unwrap_or_default());
    Some(Failure::new(Code::Request, what, fix(name, service)))
}

fn fix(name: &str, service: &str) -> String {
    match name {
        "UNIMPLEMENTED" => {
            "the server has no grpc.health.v1.Health; add it with `HealthLayerBuilder::grpc`, or ask over http://"
                .to_owned()
        }
        "NOT_FOUND" => format!(
            "its grpc.health.v1.Health doesn't know the service {service:?}; names are as orders.v1.Orders, and none asks the \
             whole server"
        ),
        "UNAUTHENTICATED" | "PERMISSION_DENIED" => {
            "let grpc.health.v1.Health be called without credentials, or send them with --header"
                .to_owned()
        }
        _ => "its log may say more".to_owned(),
    }
}
