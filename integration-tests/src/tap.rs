//! Bodies whose frames the test hands out one by one.

use std::convert::Infallible;

use bytes::Bytes;
use http_body::Frame;
use http_body_util::StreamBody;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::patience::patiently;

/// A body that comes out of a tap. It ends when the tap is dropped.
pub type TapBody<E = Infallible> = StreamBody<ReceiverStream<Result<Frame<Bytes>, E>>>;

/// Makes a tap and its body.
#[must_use]
pub fn tap<E>() -> (Tap<E>, TapBody<E>) {
    let (frames, source) = mpsc::channel(1);
    (Tap(frames), StreamBody::new(ReceiverStream::new(source)))
}

/// Makes what a handler needs to open one tap for each request, and what the test needs to get them.
#[must_use]
pub fn taps<E>() -> (Opener<E>, Taps<E>) {
    let (opener, taps) = mpsc::unbounded_channel();
    (Opener(opener), Taps(taps))
}

/// The source of a body.
#[derive(Debug)]
pub struct Tap<E = Infallible>(mpsc::Sender<Result<Frame<Bytes>, E>>);

impl<E: std::fmt::Debug> Tap<E> {
    /// Sends one piece of data.
    pub async fn data(&self, data: impl Into<Bytes>) {
        self.send(Ok(Frame::data(data.into()))).await;
    }

    /// Sends any frame, or an error.
    pub async fn send(&self, frame: Result<Frame<Bytes>, E>) {
        let sent = patiently("room in the body", self.0.send(frame)).await;
        sent.expect("somebody reads the body");
    }

    /// Waits until the body has been dropped.
    pub async fn dropped(&self) {
        patiently("the body to be dropped", self.0.closed()).await;
    }
}

/// The handler's side.
#[derive(Debug)]
pub struct Opener<E = Infallible>(mpsc::UnboundedSender<Tap<E>>);

impl<E> Opener<E> {
    /// Opens a tap, which goes to the test.
    #[must_use]
    pub fn open(&self) -> TapBody<E> {
        let (tap, body) = tap();
        // A test that is over wants no more of them: the body is empty.
        let _over = self.0.send(tap);
        body
    }
}

impl<E> Clone for Opener<E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// The test's side.
#[derive(Debug)]
pub struct Taps<E = Infallible>(mpsc::UnboundedReceiver<Tap<E>>);

impl<E> Taps<E> {
    /// Waits for the next tap to be opened.
    pub async fn next(&mut self) -> Tap<E> {
        let tap = patiently("a tap to be opened", self.0.recv()).await;
        tap.expect("the application has gone")
    }
}
