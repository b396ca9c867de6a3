//! HTTP/1 clients, which compare every byte, and never send a request again.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, StreamBody};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use integration_tests::work;
use tokio::net::TcpStream;
use tokio_stream::StreamExt as _;

use super::Client;
use crate::tally::{How, Loss};

type Body = UnsyncBoxBody<Bytes, Infallible>;

/// The time is that between two pieces.
enum Ask {
    Unary,
    Download(Duration),
    Upload(Duration),
}

pub(super) struct HttpClient {
    addr: SocketAddr,
    ask: Ask,
    keep: bool,
    kept: Option<SendRequest<Body>>,
}

impl HttpClient {
    pub(super) fn unary(addr: SocketAddr, keep: bool) -> Self {
        Self::new(addr, keep, Ask::Unary)
    }

    pub(super) fn download(addr: SocketAddr, keep: bool, pace: Duration) -> Self {
        Self::new(addr, keep, Ask::Download(pace))
    }

    pub(super) fn upload(addr: SocketAddr, keep: bool, pace: Duration) -> Self {
        Self::new(addr, keep, Ask::Upload(pace))
    }

    fn new(addr: SocketAddr, keep: bool, ask: Ask) -> Self {
        Self {
            addr,
            ask,
            keep,
            kept: None,
        }
    }

    fn request(&self, id: &str) -> Request<Body> {
        let request = match self.ask {
            Ask::Unary => Request::get("/unary"),
            Ask::Download(pace) => Request::get(format!("{}{}", work::DOWNLOAD, pace.as_millis())),
            Ask::Upload(_) => Request::post("/upload"),
        };
        let request = request.header("host", "rolling").header(work::REQUEST, id);
        let body = match self.ask {
            Ask::Unary | Ask::Download(_) => Empty::new().boxed_unsync(),
            Ask::Upload(pace) => {
                let pieces = work::pieces().map(|piece| Ok(Frame::data(piece)));
                StreamBody::new(tokio_stream::iter(pieces).throttle(pace)).boxed_unsync()
            }
        };
        request.body(body).unwrap()
    }

    /// The kept connection, if it is still open, or else a new one.
    async fn connection(&mut self) -> Result<SendRequest<Body>, Loss> {
        if let Some(mut kept) = self.kept.take()
            && kept.ready().await.is_ok()
        {
            return Ok(kept);
        }
        let stream = TcpStream::connect(self.addr).await;
        let stream = stream.map_err(|error| How::Refused.caused(&error))?;
        let connected = handshake(TokioIo::new(stream)).await;
        let (sender, connection) = connected.map_err(|error| How::Refused.caused(&error))?;
        tokio::spawn(connection);
        Ok(sender)
    }
}

impl Client for HttpClient {
    fn kind(&self) -> &'static str {
        match self.ask {
            Ask::Unary => "unary",
            Ask::Download(_) => "download",
            Ask::Upload(_) => "upload",
        }
    }

    async fn ask(&mut self, id: &str) -> Result<u32, Loss> {
        let mut sender = self.connection().await?;
        let response = sender.send_request(self.request(id)).await;
        let response = response.map_err(|error| How::Unanswered.caused(&error))?;
        if response.status() != 200 {
            return Err(How::Refused.because(response.status()));
        }
        let pid = response.headers()[work::INSTANCE].to_str().unwrap();
        let pid = pid.parse().unwrap();
        let body = response.into_body().collect().await;
        let body = body
            .map_err(|error| How::Truncated.caused(&error))?
            .to_bytes();
        let expected = match self.ask {
            Ask::Unary => work::UNARY.into(),
            Ask::Download(_) | Ask::Upload(_) => work::whole(),
        };
        if body != expected {
            return Err(How::Truncated.because(format!("{} bytes", body.len())));
        }
        self.kept = self.keep.then_some(sender);
        Ok(pid)
    }
}
