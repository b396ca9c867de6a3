use bytes::Bytes;
use http::header::{CONNECTION, HOST, LOCATION, USER_AGENT};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Empty, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::exec::failure::{Code, Failure, chain};

/// hyper's lower limit, for heads.
const MAX_HEAD: usize = 8 * 1024;
/// More of a body is not worth reading.
const MAX_BODY: usize = 4 * 1024;

/// GETs a path over HTTP/1.1; 2xx is what is hoped for.
pub(crate) async fn ask<S>(
    stream: S,
    host: &str,
    path: &PathAndQuery,
    headers: &HeaderMap,
) -> Result<String, Failure>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let request = request(host, path, headers).map_err(|error| malformed(&error))?;
    let mut builder = http1::Builder::new();
    builder.max_buf_size(MAX_HEAD);
    let connected = builder.handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = connected.map_err(|error| malformed(&error))?;
    tokio::spawn(connection);
    let response = sender.send_request(request).await;
    let response = response.map_err(|error| malformed(&error))?;

    let (head, body) = response.into_parts();
    if !head.status.is_success() {
        return Err(unhealthy(&Response::from_parts(head, ())));
    }
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => {
            let body = body.to_bytes();
            Ok(format!(
                "{}: {}",
                head.status,
                body.trim_ascii().escape_ascii()
            ))
        }
        Err(error) if error.is::<LengthLimitError>() => {
            Ok(format!("{}, and a long body", head.status))
        }
        Err(error) => Err(malformed(&*error)),
    }
}

fn request(
    host: &str,
    path: &PathAndQuery,
    headers: &HeaderMap,
) -> Result<Request<Empty<Bytes>>, http::Error> {
    let mut request = Request::get(path.as_str()).body(Empty::new())?;
    let sent = request.headers_mut();
    sent.insert(HOST, HeaderValue::from_str(host)?);
    sent.insert(USER_AGENT, HeaderValue::from_static("health-probe"));
    sent.insert(CONNECTION, HeaderValue::from_static("close"));
    // A name's first replaces ours, and those that follow are added.
    sent.extend(headers.clone());
    Ok(request)
}

fn malformed(error: &(dyn std::error::Error + 'static)) -> Failure {
    let what = format!("no whole HTTP/1.1 answer: {}", chain(error));
    let fix =
        "see whether it is the service's port, without TLS; a gRPC server is asked as grpc://";
    Failure::new(Code::Request, what, fix)
}

fn unhealthy(response: &Response<()>) -> Failure {
    let status = response.status();
    let what = format!("answered {status}");
    let fix = match status {
        StatusCode::SERVICE_UNAVAILABLE => {
            "the service says so itself: its log has the cause, under the target `health`".to_owned()
        }
        StatusCode::NOT_FOUND => {
            "no probe has this path; /health/live, /health/ready and /health/startup have, unless `ProbePaths` says otherwise"
                .to_owned()
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            "put the `HealthLayer` outside of authentication".to_owned()
        }
        _ if status.is_redirection() => {
            let to = response.headers().get(LOCATION);
            let to = to.map(|to| format!(" to \"{}\"", to.as_bytes().escape_ascii()));
            let to = to.unwrap_or_default();
            format!("the redirect{to} is not followed: ask the path that answers")
        }
        _ => "something in front of the `HealthLayer` answers; put the layer outside of it".to_owned(),
    };
    Failure::new(Code::Unhealthy, what, fix)
}
