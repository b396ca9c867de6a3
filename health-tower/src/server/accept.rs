use std::future::Future;
use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use crate::accepting::{PAUSE, SAY_AGAIN, is_of_one_connection};
use crate::server::connections::Connections;

/// What connections come from.
pub(crate) trait Listener: Send + Sync + 'static {
    type Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static;

    fn next(&self) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

impl Listener for TcpListener {
    type Stream = TcpStream;

    async fn next(&self) -> io::Result<TcpStream> {
        let (stream, _) = self.accept().await?;
        // An answer is one small packet. If this fails, the connection has gone, and will say so.
        let _gone = stream.set_nodelay(true);
        Ok(stream)
    }
}

#[cfg(unix)]
impl Listener for tokio::net::UnixListener {
    type Stream = tokio::net::UnixStream;

    async fn next(&self) -> io::Result<Self::Stream> {
        self.accept().await.map(|(stream, _)| stream)
    }
}

/// Accepts for as long as the runtime lives, whatever goes wrong.
pub(crate) async fn accept(listener: impl Listener, name: String, connections: Arc<Connections>) {
    let mut said: Option<Instant> = None;
    loop {
        match listener.next().await {
            Ok(stream) => connections.serve(stream),
            // The client's doing, and over.
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                if said.is_none_or(|said| said.elapsed() >= SAY_AGAIN) {
                    said = Some(Instant::now());
                    tracing::warn!(target: "health", listener = name, %error, "probes on {name} can't be accepted: {error}");
                }
                sleep(PAUSE).await;
            }
        }
        // Those that are open have their turn even while others keep coming.
        yield_now().await;
    }
}

#[cfg(test)]
mod tests;
