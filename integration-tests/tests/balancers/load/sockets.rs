//! WebSocket clients: a message, and its echo. A connection that the server closes in order is no loss, and what it had not echoed then
//! is sent over the next one; a connection that breaks off is.

use std::net::SocketAddr;

use futures_util::{SinkExt as _, StreamExt as _};
use integration_tests::work;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::Client;
use crate::tally::{How, Loss};

pub(crate) const KIND: &str = "WebSocket";

pub(super) struct SocketClient {
    addr: SocketAddr,
    keep: bool,
    kept: Option<Open>,
}

struct Open {
    socket: WebSocketStream<TcpStream>,
    pid: u32,
}

impl SocketClient {
    pub(super) fn new(addr: SocketAddr, keep: bool) -> Self {
        let kept = None;
        Self { addr, keep, kept }
    }

    async fn connect(&self, id: &str) -> Result<Open, Loss> {
        let stream = TcpStream::connect(self.addr).await;
        let stream = stream.map_err(|error| How::Refused.caused(&error))?;
        let mut request = format!("ws://rolling{}", work::SOCKET)
            .into_client_request()
            .unwrap();
        let headers = request.headers_mut();
        headers.insert(work::REQUEST, id.parse().unwrap());
        let (socket, response) =
            client_async(request, stream)
                .await
                .map_err(|error| match error {
                    Error::Http(answer) => How::Refused.because(answer.status()),
                    error => How::Unanswered.caused(&error),
                })?;
        let pid = response.headers()[work::INSTANCE].to_str().unwrap();
        let pid = pid.parse().unwrap();
        Ok(Open { socket, pid })
    }
}

impl Client for SocketClient {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn ask(&mut self, id: &str) -> Result<u32, Loss> {
        loop {
            let mut open = match self.kept.take() {
                Some(kept) => kept,
                None => self.connect(id).await?,
            };
            if !open.echoes(id).await? {
                continue;
            }
            let pid = open.pid;
            if self.keep {
                self.kept = Some(open);
            } else {
                open.close().await?;
            }
            return Ok(pid);
        }
    }
}

impl Open {
    /// `false` if the server has closed the connection in order.
    async fn echoes(&mut self, text: &str) -> Result<bool, Loss> {
        // If it can't be sent, what the server has said before is still to be read.
        let unsent = self.socket.send(Message::text(text)).await.err();
        match self.socket.next().await {
            Some(Ok(Message::Text(echo))) if echo.as_str() == text => Ok(true),
            Some(Ok(Message::Close(_))) => {
                // Sends the answer. Whatever comes of it, all was said.
                while let Some(Ok(_)) = self.socket.next().await {}
                Ok(false)
            }
            Some(Ok(other)) => Err(How::Truncated.because(format!("{other:?} for {text}"))),
            Some(Err(error)) => Err(broken_off(unsent.unwrap_or(error))),
            None => Err(How::Truncated.because("ended without a Close frame")),
        }
    }

    /// Closes it from this side, and waits for the server's word.
    async fn close(mut self) -> Result<(), Loss> {
        let closed = self.socket.close(None).await;
        match (closed, self.socket.next().await) {
            (_, Some(Ok(Message::Close(_)))) => Ok(()),
            (Err(error), _) | (_, Some(Err(error))) => Err(broken_off(error)),
            (_, other) => Err(How::Truncated.because(format!("{other:?} for a Close frame"))),
        }
    }
}

fn broken_off(error: Error) -> Loss {
    How::Truncated.caused(&error)
}
