use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Far more than a probe is.
const MOST: usize = 4096;

/// A stream that is read a little at a time, with the others' turn in between.
///
/// Whoever sends small HTTP/2 frames as fast as he can would otherwise have some hundred thousand bytes of them worked off in one
/// turn of the thread, and a few such connections would keep every probe waiting.
pub(crate) struct Gentle<S> {
    stream: S,
    had_its_turn: bool,
}

impl<S> Gentle<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            had_its_turn: false,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Gentle<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.had_its_turn {
            self.had_its_turn = false;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let room = buf.remaining().min(MOST);
        let mut part = ReadBuf::new(buf.initialize_unfilled_to(room));
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut part))?;
        let read = part.filled().len();
        buf.advance(read);
        self.had_its_turn = true;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Gentle<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;
    use tokio_test::{assert_pending, assert_ready_ok, task};

    use super::*;

    #[test]
    fn a_flood_is_read_a_little_at_a_time_with_a_turn_for_others_in_between() {
        let flood = vec![b'x'; 3 * MOST];
        let mut stream = Gentle::new(&flood[..]);
        let mut buffer = vec![0; 16 * MOST];
        for _ in 0..3 {
            let mut read = task::spawn(stream.read(&mut buffer));
            let first = read.poll();
            if first.is_pending() {
                assert!(read.is_woken(), "it goes on by itself");
                assert_eq!(assert_ready_ok!(read.poll()), MOST);
            } else {
                assert_eq!(assert_ready_ok!(first), MOST);
            }
        }
        let mut end = task::spawn(stream.read(&mut buffer));
        assert_pending!(end.poll());
        assert_eq!(assert_ready_ok!(end.poll()), 0);
    }
}
