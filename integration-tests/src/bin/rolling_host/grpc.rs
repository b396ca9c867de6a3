//! The gRPC service, by hand: messages are plain strings.

use std::convert::Infallible;
use std::future::{Future, ready};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use integration_tests::work;
use tokio_stream::StreamExt as _;
use tonic::codegen::BoxStream;
use tonic::server::Grpc;
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;
use tower::{Service, service_fn};

/// Answers a string with itself, or with the numbers of all pieces.
#[derive(Clone)]
pub(crate) struct Work;

impl Service<http::Request<Body>> for Work {
    type Response = http::Response<tonic::body::Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let mut grpc = Grpc::new(ProstCodec::<String, String>::default());
        Box::pin(async move {
            let answered = if request.uri().path() == work::GRPC_UNARY {
                let echo =
                    |request: Request<String>| ready(Ok(Response::new(request.into_inner())));
                grpc.unary(service_fn(echo), request).await
            } else {
                let stream = |request: Request<String>| ready(numbers(request.get_ref()));
                grpc.server_streaming(service_fn(stream), request).await
            };
            Ok(answered)
        })
    }
}

fn numbers(pace: &str) -> Result<Response<BoxStream<String>>, Status> {
    let pace = pace.parse().map_err(|_| Status::invalid_argument(pace))?;
    let numbers = (0..work::PIECES).map(|number| Ok(number.to_string()));
    let slowly = tokio_stream::iter(numbers).throttle(Duration::from_millis(pace));
    Ok(Response::new(Box::pin(slowly)))
}
