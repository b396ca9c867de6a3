//! The application's own service, by hand: messages are plain strings.

use std::convert::Infallible;
use std::future::{Future, pending, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use health_tower::BoxError;
use http_body::Body;
use tokio::sync::broadcast;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::BroadcastStream;
use tonic::codegen::BoxStream;
use tonic::server::{Grpc, NamedService};
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;
use tower::{Service, service_fn};

/// Answers a string with itself, except `hang`, which it never answers. Its streams say what the test does.
#[derive(Clone, Debug)]
pub(crate) struct Echo(broadcast::Sender<Option<String>>);

impl Echo {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(16))
    }

    /// On all streams that are open.
    pub(crate) fn say(&self, text: &str) {
        let _none_open = self.0.send(Some(text.to_owned()));
    }

    pub(crate) fn end(&self) {
        let _none_open = self.0.send(None);
    }

    /// What is said from now on, after a first word at once.
    fn listen(&self) -> BoxStream<String> {
        let said = BroadcastStream::new(self.0.subscribe());
        let said = said.map_while(Result::ok).map_while(|text| text);
        Box::pin(tokio_stream::once("open".to_owned()).chain(said).map(Ok))
    }
}

impl NamedService for Echo {
    const NAME: &'static str = "test.Echo";
}

impl<B> Service<http::Request<B>> for Echo
where
    B: Body<Error: Into<BoxError> + Send> + Send + 'static,
{
    type Response = http::Response<tonic::body::Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let mut grpc = Grpc::new(ProstCodec::<String, String>::default());
        let echo = self.clone();
        Box::pin(async move {
            let answered = match request.uri().path() {
                "/test.Echo/Unary" => grpc.unary(service_fn(unary), request).await,
                "/test.Echo/Stream" => {
                    let stream =
                        |_: Request<String>| ready(Ok::<_, Status>(Response::new(echo.listen())));
                    grpc.server_streaming(service_fn(stream), request).await
                }
                _ => Status::unimplemented("").into_http(),
            };
            Ok(answered)
        })
    }
}

async fn unary(request: Request<String>) -> Result<Response<String>, Status> {
    match request.into_inner().as_str() {
        "hang" => pending().await,
        text => Ok(Response::new(text.to_owned())),
    }
}
