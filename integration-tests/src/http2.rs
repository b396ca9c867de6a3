//! An HTTP/2 client with prior knowledge: no TLS, no upgrade.

use std::convert::Infallible;
use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Empty, combinators::UnsyncBoxBody};
use hyper::body::Incoming;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

use crate::patience::patiently;

/// One connection. A clone sends on the same one.
#[derive(Clone, Debug)]
pub struct Http2(SendRequest<UnsyncBoxBody<Bytes, Infallible>>);

impl Http2 {
    /// Connects, and drives the connection in the background.
    pub async fn connect(addr: SocketAddr) -> Self {
        let stream = patiently("a connection", TcpStream::connect(addr)).await;
        Self::over(stream.expect("somebody listens")).await
    }

    /// The same over a connection that there is.
    pub async fn over(stream: TcpStream) -> Self {
        let stream = TokioIo::new(stream);
        let connected = patiently("HTTP/2", handshake(TokioExecutor::new(), stream)).await;
        let (sender, connection) = connected.expect("the server speaks HTTP/2");
        tokio::spawn(connection);
        Self(sender)
    }

    /// Sends a request, and waits for the head of the response.
    pub async fn send<B>(&mut self, request: Request<B>) -> hyper::Result<Response<Incoming>>
    where
        B: Body<Data = Bytes, Error = Infallible> + Send + 'static,
    {
        let request = request.map(BodyExt::boxed_unsync);
        patiently("a response", self.0.send_request(request)).await
    }

    /// Sends a GET request, and waits for the head of the response for as long as that takes.
    pub async fn ask(&mut self, path: &str) -> hyper::Result<Response<Incoming>> {
        let request = Request::get(format!("http://test{path}"));
        let request = request.body(Empty::new()).expect("a fine path");
        self.0
            .send_request(request.map(BodyExt::boxed_unsync))
            .await
    }

    /// Sends a GET request, and waits for the head of the response.
    pub async fn get(&mut self, path: &str) -> Response<Incoming> {
        let request = Request::get(format!("http://test{path}"));
        let request = request.body(Empty::new()).expect("a fine path");
        self.send(request).await.expect("a response")
    }

    /// Sends a GET request, and reads the whole answer as status and text.
    pub async fn text(&mut self, path: &str) -> (u16, String) {
        let response = self.get(path).await;
        let status = response.status().as_u16();
        let body = patiently("the whole body", response.collect()).await;
        let body = body.expect("a whole body").to_bytes();
        let text = String::from_utf8(body.into()).expect("text");
        (status, text)
    }
}
