//! A gRPC service by hand: messages are plain strings.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use health_tower::BoxError;
use http_body::Body;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::server::{Grpc, NamedService};
use tonic::transport::Channel;
use tonic::{Request, Response, Status, Streaming};
use tonic_prost::ProstCodec;
use tower::{Service, service_fn};

/// Where the test gives what a stream is to send.
pub(crate) type Source = mpsc::Sender<Result<String, Status>>;

pub(crate) const UNARY: &str = "/test.Echo/Unary";
pub(crate) const STREAM: &str = "/test.Echo/Stream";

/// Answers one string with itself, "peer" with the client's address, and streams whatever the test gives.
#[derive(Clone, Debug)]
pub(crate) struct Echo(mpsc::UnboundedSender<Source>);

impl Echo {
    /// The service, and the sources of its streams as they are opened.
    pub(crate) fn new() -> (Self, mpsc::UnboundedReceiver<Source>) {
        let (opened, sources) = mpsc::unbounded_channel();
        (Self(opened), sources)
    }
}

async fn unary(request: Request<String>) -> Result<Response<String>, Status> {
    let peer = request.remote_addr();
    let mut text = request.into_inner();
    if text == "fail" {
        return Err(Status::failed_precondition("as asked"));
    }
    if text == "peer" {
        text = peer.map(|peer| peer.to_string()).unwrap_or_default();
    }
    let mut response = Response::new(text);
    let seen = "yes".parse().expect("a value");
    response.metadata_mut().insert("x-echo", seen);
    Ok(response)
}

impl NamedService for Echo {
    const NAME: &'static str = "test.Echo";
}

impl<B> Service<http::Request<B>> for Echo
where
    B: Body + Send + 'static,
    B::Error: Into<BoxError> + Send,
{
    type Response = http::Response<tonic::body::Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let mut grpc = Grpc::new(ProstCodec::<String, String>::default());
        if request.uri().path() == UNARY {
            return Box::pin(async move { Ok(grpc.unary(service_fn(unary), request).await) });
        }
        let opened = self.0.clone();
        let stream = service_fn(move |_: Request<String>| {
            let (source, messages) = mpsc::channel(1);
            let heard = opened.send(source);
            async move {
                heard.map_err(|_| Status::cancelled("the test is over"))?;
                Ok::<_, Status>(Response::new(ReceiverStream::new(messages)))
            }
        });
        Box::pin(async move { Ok(grpc.server_streaming(stream, request).await) })
    }
}

/// A client on a connection of its own.
pub(crate) struct EchoClient(tonic::client::Grpc<Channel>);

impl EchoClient {
    pub(crate) async fn connect(addr: SocketAddr) -> Self {
        let endpoint = Channel::from_shared(format!("http://{addr}")).expect("a fine address");
        let channel = endpoint.connect().await.expect("somebody listens");
        Self(tonic::client::Grpc::new(channel))
    }

    pub(crate) async fn unary(&mut self, text: &str) -> Result<Response<String>, Status> {
        self.ready().await;
        let (path, codec) = (UNARY.parse().expect("a path"), ProstCodec::default());
        self.0
            .unary(Request::new(text.to_owned()), path, codec)
            .await
    }

    pub(crate) async fn stream(&mut self) -> Streaming<String> {
        self.ready().await;
        let (path, codec) = (STREAM.parse().expect("a path"), ProstCodec::default());
        let opened = self
            .0
            .server_streaming(Request::new(String::new()), path, codec);
        opened.await.expect("a stream").into_inner()
    }

    async fn ready(&mut self) {
        self.0.ready().await.expect("the connection is open");
    }
}
