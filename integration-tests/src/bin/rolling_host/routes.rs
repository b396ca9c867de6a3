//! What the service serves.

use std::convert::Infallible;
use std::process;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::HeaderValue;
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{any, get, post};
use bytes::Bytes;
use integration_tests::work;
use tokio_stream::StreamExt as _;

use crate::grpc::Work;
use crate::sockets;

pub(crate) fn routes() -> Router {
    Router::new()
        .route("/unary", get(async || work::UNARY))
        .route("/upload", post(async |uploaded: Bytes| uploaded))
        .route("/download/{pace}", get(download))
        .route(work::SOCKET, any(sockets::echo))
        .route_service(work::GRPC_UNARY, Work)
        .route_service(work::GRPC_STREAM, Work)
        .layer(map_response(signed))
}

async fn download(Path(pace): Path<u64>) -> Body {
    let pieces = tokio_stream::iter(work::pieces().map(Ok::<_, Infallible>));
    Body::from_stream(Box::pin(pieces.throttle(Duration::from_millis(pace))))
}

async fn signed(mut response: Response) -> Response {
    let instance = HeaderValue::from(process::id());
    response.headers_mut().insert(work::INSTANCE, instance);
    response
}
