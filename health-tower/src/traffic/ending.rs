//! Whose fault a response is, in the vocabulary of `tower_http::classify`.

use std::fmt;
use std::sync::LazyLock;

use health_core::Ending;
use http::header::RETRY_AFTER;
use http::{HeaderMap, Response, StatusCode};
use tower_http::classify::{
    ClassifiedResponse, ClassifyEos, ClassifyResponse, GrpcCode, GrpcEosErrorsAsFailures,
    GrpcErrorsAsFailures, GrpcFailureClass, ServerErrorsAsFailures,
};

use crate::layer::Form;

/// With which a gRPC server that sheds says when to come again, as `retry-after` does in HTTP (gRFC A6).
pub(crate) const PUSHBACK: &str = "grpc-retry-pushback-ms";

/// How a request ends, as far as the head of its response says; `None` where its trailers will.
#[inline]
pub(crate) fn of_head<B>(form: Form, response: &Response<B>) -> Option<Ending> {
    match ServerErrorsAsFailures::new().classify_response(response) {
        ClassifiedResponse::Ready(Ok(())) if form == Form::Grpc => of_grpc_head(response),
        // What an application says where its own time-out ran out, as tower-http's does; a server's own comes from outside of here.
        ClassifiedResponse::Ready(Ok(())) if response.status() == StatusCode::REQUEST_TIMEOUT => {
            Some(Ending::Failed)
        }
        ClassifiedResponse::Ready(Ok(())) => Some(Ending::Completed),
        ClassifiedResponse::Ready(Err(_)) => Some(of_server_error(response)),
        // It never does: its type says so, and has no way to show it.
        ClassifiedResponse::RequiresEos(_) => None,
    }
}

/// Turned away is what is told when to come again.
#[cold]
fn of_server_error<B>(response: &Response<B>) -> Ending {
    let sheds = response.status() == StatusCode::SERVICE_UNAVAILABLE
        && response.headers().contains_key(RETRY_AFTER);
    if sheds { Ending::Shed } else { Ending::Failed }
}

fn of_grpc_head<B>(response: &Response<B>) -> Option<Ending> {
    match OWN_FAULTS.classifier.clone().classify_response(response) {
        ClassifiedResponse::Ready(Ok(())) => Some(Ending::Completed),
        ClassifiedResponse::Ready(Err(class)) => Some(of_status(&class, response.headers())),
        ClassifiedResponse::RequiresEos(_) => None,
    }
}

/// How a gRPC call ends whose head didn't say.
pub(crate) fn of_trailers(trailers: &HeaderMap) -> Ending {
    let classified = OWN_FAULTS.at_the_end.clone().classify_eos(Some(trailers));
    let class = classified.err();
    class.map_or(Ending::Completed, |class| of_status(&class, trailers))
}

/// Of a call that is no success.
#[cold]
fn of_status(class: &GrpcFailureClass, headers: &HeaderMap) -> Ending {
    match class {
        GrpcFailureClass::Status(status) if status.code() == Some(GrpcCode::ResourceExhausted) => {
            // Without it, it is a quota, or a message that is too long.
            if headers.contains_key(PUSHBACK) {
                Ending::Shed
            } else {
                Ending::Completed
            }
        }
        GrpcFailureClass::Status(status) if status.code() == Some(GrpcCode::Unavailable) => {
            if headers.contains_key(PUSHBACK) {
                Ending::Shed
            } else {
                Ending::Failed
            }
        }
        _ => Ending::Failed,
    }
}

/// How a request ends that gets no response.
#[cold]
pub(crate) fn of_error(error: &impl fmt::Display) -> Ending {
    if is_shed(error) {
        Ending::Shed
    } else {
        Ending::Failed
    }
}

/// Whether tower's load shedding turned it away, however its error is wrapped: what wraps it ends with what it says.
///
/// By its words, and not by its type: that would need `'static` of the error of any service, which the compiler can't prove of a boxed
/// one within a future that is spawned ("higher-ranked lifetime error").
pub(crate) fn is_shed(error: &impl fmt::Display) -> bool {
    error.to_string().ends_with("service overloaded")
}

struct OwnFaults {
    classifier: GrpcErrorsAsFailures,
    at_the_end: GrpcEosErrorsAsFailures,
}

/// Unknown, internal, unavailable, deadline exceeded, data loss: the rest is the client's, or no fault.
static OWN_FAULTS: LazyLock<OwnFaults> = LazyLock::new(|| {
    let clients = [
        GrpcCode::Cancelled,
        GrpcCode::InvalidArgument,
        GrpcCode::NotFound,
        GrpcCode::AlreadyExists,
        GrpcCode::PermissionDenied,
        GrpcCode::FailedPrecondition,
        GrpcCode::Aborted,
        GrpcCode::OutOfRange,
        GrpcCode::Unimplemented,
        GrpcCode::Unauthenticated,
    ];
    let with = |classifier: GrpcErrorsAsFailures, code| classifier.with_success(code);
    let classifier = clients.into_iter().fold(GrpcErrorsAsFailures::new(), with);
    // There is no other way to one than a head that doesn't say how it ends.
    let open = classifier.clone().classify_response(&Response::new(()));
    let ClassifiedResponse::RequiresEos(at_the_end) = open else {
        unreachable!("a head without a status leaves it to the trailers");
    };
    OwnFaults {
        classifier,
        at_the_end,
    }
});

#[cfg(test)]
mod tests {
    use std::io;

    use http::HeaderValue;
    use tower::load_shed::error::Overloaded;

    use super::*;
    use crate::BoxError;

    fn head(form: Form, status: u16, headers: &[(&'static str, &str)]) -> Option<Ending> {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        of_head(form, &response.body(()).unwrap())
    }

    #[test]
    fn what_the_server_can_do_nothing_about_is_not_its_fault() {
        for form in [Form::Http1, Form::Http2] {
            for status in [101, 200, 204, 301, 400, 404, 429, 499] {
                assert_eq!(head(form, status, &[]), Some(Ending::Completed), "{status}");
            }
            for status in [408, 500, 501, 502, 503, 504, 599] {
                assert_eq!(head(form, status, &[]), Some(Ending::Failed), "{status}");
            }
            let again = [("retry-after", "1")];
            assert_eq!(head(form, 503, &again), Some(Ending::Shed));
            assert_eq!(head(form, 500, &again), Some(Ending::Failed));
            // What looks like gRPC is not, here.
            assert_eq!(
                head(form, 200, &[("grpc-status", "13")]),
                Some(Ending::Completed)
            );
        }
    }

    #[test]
    fn grpc_says_it_in_the_head_or_at_the_end() {
        let own = [2, 4, 13, 14, 15];
        for code in 0..=17 {
            let text = code.to_string();
            // What is no code at all is no success either.
            let expected = if own.contains(&code) || code == 17 {
                Ending::Failed
            } else {
                Ending::Completed
            };
            let status = [("grpc-status", &*text)];
            assert_eq!(head(Form::Grpc, 200, &status), Some(expected), "{code}");
            let mut trailers = HeaderMap::new();
            trailers.insert("grpc-status", HeaderValue::from_str(&text).unwrap());
            assert_eq!(of_trailers(&trailers), expected, "{code}");
            trailers.insert(PUSHBACK, HeaderValue::from_static("100"));
            let sheds = matches!(code, 8 | 14);
            assert_eq!(of_trailers(&trailers) == Ending::Shed, sheds, "{code}");
        }
        assert_eq!(head(Form::Grpc, 200, &[]), None);
        assert_eq!(head(Form::Grpc, 502, &[]), Some(Ending::Failed));
        assert_eq!(of_trailers(&HeaderMap::new()), Ending::Completed);
    }

    /// The words are tower's: where they change, this fails.
    #[test]
    fn load_shedding_is_found_however_it_is_wrapped() {
        let boxed: BoxError = Overloaded::new().into();
        assert_eq!(of_error(&Overloaded::new()), Ending::Shed);
        assert_eq!(of_error(&boxed), Ending::Shed);
        assert_eq!(of_error(&io::Error::other(boxed)), Ending::Shed);
        let buffered = format!("buffered service failed: {}", Overloaded::new());
        assert_eq!(of_error(&buffered), Ending::Shed);
        assert_eq!(of_error(&io::Error::other("no")), Ending::Failed);
    }
}
