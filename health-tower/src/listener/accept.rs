use std::io;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

/// What a [`TrackedListener`](crate::TrackedListener) accepts connections from: tokio's `TcpListener` and `UnixListener`, or one of
/// your own.
pub trait Accept: Send + 'static {
    /// A connection.
    type Io: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Where it comes from.
    type Addr: Send;

    /// The next connection. An error is of that one connection, or passes; the next call tries again.
    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<(Self::Io, Self::Addr)>>;

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// The system's.
    fn local_addr(&self) -> io::Result<Self::Addr>;

    /// Whom the drain's report names where the connection is still open at its deadline. By default, it is a connection, and no more.
    fn peer(addr: &Self::Addr) -> Option<SocketAddr> {
        let _ = addr;
        None
    }

    /// Whether something has come that nobody has read. Asked before a connection that has been silent is closed, as the service closes:
    /// a read that waits doesn't know. By default, nothing has.
    fn has_come(io: &Self::Io) -> bool {
        let _ = io;
        false
    }

    /// Is called when a connection is ended at the deadline of a drain, before it is dropped, so that the other side can learn that
    /// what it has is not the whole. TCP connections are reset; by default, nothing is done.
    fn cut_off(io: &Self::Io) {
        let _ = io;
    }
}

impl Accept for TcpListener {
    type Io = TcpStream;
    type Addr = SocketAddr;

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, Self::Addr)>> {
        Self::poll_accept(self, cx)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Self::local_addr(self)
    }

    fn peer(addr: &SocketAddr) -> Option<SocketAddr> {
        Some(*addr)
    }

    fn has_come(io: &TcpStream) -> bool {
        has_come(&SockRef::from(io))
    }

    /// Without it, closing would go on sending what the system has taken, for minutes, to a client that doesn't read; and a response
    /// whose end is the end of the connection would look whole.
    fn cut_off(io: &TcpStream) {
        // If this fails, the connection has gone.
        let _gone = SockRef::from(io).set_linger(Some(Duration::ZERO));
    }
}

#[cfg(unix)]
impl Accept for tokio::net::UnixListener {
    type Io = tokio::net::UnixStream;
    type Addr = tokio::net::unix::SocketAddr;

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<(Self::Io, Self::Addr)>> {
        Self::poll_accept(self, cx)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Self::local_addr(self)
    }

    fn has_come(io: &Self::Io) -> bool {
        has_come(&SockRef::from(io))
    }
}

fn has_come(socket: &SockRef<'_>) -> bool {
    let mut byte = [MaybeUninit::uninit()];
    socket.peek(&mut byte).is_ok_and(|come| come > 0)
}
