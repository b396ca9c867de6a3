use bytes::Bytes;
use http::header::{CONTENT_TYPE, TE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::exec::failure::{Code, Failure, chain};
use crate::exec::status;
use crate::grpc_message::{HEAD, HealthCheckRequest, HealthCheckResponse, ServingStatus, framed};

/// A whole answer is nine bytes.
const MAX_BODY: usize = 4 * 1024;
const MAX_HEAD: u32 = 8 * 1024;

/// Calls `grpc.health.v1.Health/Check` over HTTP/2; `SERVING` is what is hoped for.
pub(crate) async fn ask<S>(
    stream: S,
    authority: &str,
    service: &str,
    headers: &HeaderMap,
) -> Result<String, Failure>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let request = request(authority, service, headers);
    let request = request.map_err(|error| malformed(&chain(&error)))?;
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder.max_header_list_size(MAX_HEAD);
    let connected = builder.handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = connected.map_err(|error| malformed(&chain(&error)))?;
    tokio::spawn(connection);
    let response = sender.send_request(request).await;
    let response = response.map_err(|error| malformed(&chain(&error)))?;

    let (head, body) = response.into_parts();
    // Before the body: an error may come in the head alone, and then nothing else counts.
    if let Some(failed) = status::failed(&head.headers, service) {
        return Err(failed);
    }
    if head.status != StatusCode::OK {
        return Err(malformed(&format!("HTTP {}", head.status)));
    }
    let body = Limited::new(body, MAX_BODY).collect().await;
    let body = body.map_err(|error| malformed(&chain(&*error)))?;
    match body.trailers() {
        Some(trailers) if trailers.contains_key(status::STATUS) => {
            status::failed(trailers, service).map_or(Ok(()), Err)?;
        }
        _ if head.headers.contains_key(status::STATUS) => {}
        _ => return Err(malformed("there is no grpc-status")),
    }
    let answer = message(&body.to_bytes()).map_err(|why| malformed(&why))?;
    match ServingStatus::try_from(answer.status) {
        Ok(ServingStatus::Serving) => Ok("SERVING".to_owned()),
        Ok(ServingStatus::NotServing) => Err(unhealthy("NOT_SERVING")),
        Ok(ServingStatus::ServiceUnknown) => Err(unhealthy("SERVICE_UNKNOWN")),
        Ok(ServingStatus::Unknown) => Err(unhealthy("UNKNOWN")),
        Err(_) => Err(unhealthy(&answer.status.to_string())),
    }
}

fn request(
    authority: &str,
    service: &str,
    headers: &HeaderMap,
) -> Result<Request<Full<Bytes>>, http::Error> {
    let body = framed(&HealthCheckRequest {
        service: service.to_owned(),
    });
    let uri = format!("http://{authority}/grpc.health.v1.Health/Check");
    let mut request = Request::post(uri).body(Full::new(body))?;
    let sent = request.headers_mut();
    sent.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    sent.insert(TE, HeaderValue::from_static("trailers"));
    sent.insert(USER_AGENT, HeaderValue::from_static("health-probe"));
    sent.extend(headers.clone());
    Ok(request)
}

/// The one message of an answer.
fn message(body: &[u8]) -> Result<HealthCheckResponse, String> {
    let wrong = || format!("not one plain message: {}", body.escape_ascii());
    let (head, message) = body.split_first_chunk::<HEAD>().ok_or_else(wrong)?;
    let [compressed, length @ ..] = *head;
    if compressed != 0 || u32::from_be_bytes(length) as usize != message.len() {
        return Err(wrong());
    }
    HealthCheckResponse::decode(message).map_err(|_| wrong())
}

fn malformed(why: &str) -> Failure {
    let what = format!("no whole gRPC answer: {why}");
    let fix =
        "see whether it is the port of a gRPC server, without TLS; others are asked as http://";
    Failure::new(Code::Request, what, fix)
}

fn unhealthy(status: &str) -> Failure {
    let what = format!("answered {status}");
    let fix = "the service says so itself: its log has the cause, under the target `health`";
    Failure::new(Code::Unhealthy, what, fix)
}
