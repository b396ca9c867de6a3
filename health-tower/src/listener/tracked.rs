use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::listener::silence::Silence;
use crate::{Connection, Half};

/// A connection that counts as open until it is dropped, from a [`TrackedListener`](crate::TrackedListener).
///
/// What the server makes of it, as an upgrade to WebSocket, carries it along, and counts with it.
///
/// While the service closes, and nothing was ever read through it, it reads as if the client had closed it: in HTTP, the client speaks
/// first. (tonic, and hyper's HTTP/2, would wait for it for as long as the drain lasts.) In its first second it doesn't yet, nor in the
/// first tenth of a second of the closing: the first bytes of a client are on their way. A protocol in which the server speaks first is
/// not for this.
///
/// At the deadline of a drain, whoever reads, writes, flushes or shuts down gets the error [`ConnectionAborted`], and who waits in one
/// of them is woken for it; servers drop the connection then. A task that holds it without doing any of these isn't reached.
///
/// [`ConnectionAborted`]: io::ErrorKind::ConnectionAborted
#[derive(Debug)]
pub struct Tracked<IO> {
    // Dropped in this order: it counts until it is closed.
    io: IO,
    connection: Connection,
    hooks: Hooks<IO>,
    is_cut_off: bool,
    /// Until something was read.
    silence: Option<Silence>,
}

/// What depends on whom it was accepted from.
#[derive(Debug)]
pub(crate) struct Hooks<IO> {
    pub(crate) cut_off: fn(&IO),
    pub(crate) has_come: fn(&IO) -> bool,
}

impl<IO> Tracked<IO> {
    pub(crate) fn new(io: IO, connection: Connection, is_late: bool, hooks: Hooks<IO>) -> Self {
        Self {
            io,
            connection,
            hooks,
            is_cut_off: false,
            silence: Some(Silence::new(is_late)),
        }
    }

    /// The connection inside.
    pub fn get_ref(&self) -> &IO {
        &self.io
    }

    /// The connection inside. What is done to it directly isn't ended, and what is read from it isn't known to have been said.
    pub fn get_mut(&mut self) -> &mut IO {
        &mut self.io
    }

    /// The connection inside, which no longer counts.
    pub fn into_inner(self) -> IO {
        self.io
    }

    /// Also where the connection is always ready: such a one would never end.
    #[inline]
    fn go_on(&mut self) -> io::Result<()> {
        if self.connection.is_ended() {
            return Err(self.end());
        }
        Ok(())
    }

    /// Passes on what was said, unless that is to wait, and the end has come.
    #[inline]
    fn unless_ended<T>(
        &mut self,
        polled: Poll<io::Result<T>>,
        half: Half,
        cx: &Context<'_>,
    ) -> Poll<io::Result<T>> {
        if polled.is_pending() && self.connection.wait(half, cx.waker()) {
            return Poll::Ready(Err(self.end()));
        }
        polled
    }

    /// Ready if it has been silent for too long.
    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let is_closing = self.connection.is_closing();
        let Some(silence) = &mut self.silence else {
            return Poll::Pending;
        };
        if silence.poll_end(is_closing, cx).is_pending() {
            return Poll::Pending;
        }
        if (self.hooks.has_come)(&self.io) {
            // Its reader has been left a waker, and will hear of it.
            self.silence = None;
            return Poll::Pending;
        }
        Poll::Ready(())
    }

    #[cold]
    fn end(&mut self) -> io::Error {
        if !self.is_cut_off {
            self.is_cut_off = true;
            (self.hooks.cut_off)(&self.io);
        }
        let why = "the drain's deadline has passed";
        io::Error::new(io::ErrorKind::ConnectionAborted, why)
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for Tracked<IO> {
    #[inline]
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.go_on()?;
        let before = buf.filled().len();
        let read = Pin::new(&mut self.io).poll_read(cx, buf);
        if read.is_ready() {
            if buf.filled().len() > before {
                self.silence = None;
            }
            return read;
        }
        let read = self.unless_ended(read, Half::Read, cx);
        // After the waker was left, so that nobody sleeps through it.
        if read.is_pending() && self.poll_silence(cx).is_ready() {
            return Poll::Ready(Ok(()));
        }
        read
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for Tracked<IO> {
    #[inline]
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.go_on()?;
        let written = Pin::new(&mut self.io).poll_write(cx, buf);
        self.unless_ended(written, Half::Write, cx)
    }

    #[inline]
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.go_on()?;
        let written = Pin::new(&mut self.io).poll_write_vectored(cx, bufs);
        self.unless_ended(written, Half::Write, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    #[inline]
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.go_on()?;
        let flushed = Pin::new(&mut self.io).poll_flush(cx);
        self.unless_ended(flushed, Half::Write, cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.go_on()?;
        let shut = Pin::new(&mut self.io).poll_shutdown(cx);
        self.unless_ended(shut, Half::Write, cx)
    }
}

#[cfg(test)]
mod tests;
