use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;

/// The body of an answer to a probe: one short text. Of an answer over gRPC: a message and its trailers, or those of a Watch, as
/// they come.
#[derive(Debug, Default)]
pub struct ProbeBody {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Text(Full<Bytes>),
    #[cfg(feature = "grpc")]
    Message(Message),
    #[cfg(feature = "grpc")]
    Watch(Box<crate::grpc::Watch>),
}

impl Default for Kind {
    fn default() -> Self {
        Self::Text(Full::default())
    }
}

/// What is still to be sent.
#[cfg(feature = "grpc")]
#[derive(Debug)]
enum Message {
    All(Bytes),
    Trailers,
    Nothing,
}

impl ProbeBody {
    pub(crate) fn new(text: &'static str) -> Self {
        Self::text(Bytes::from_static(text.as_bytes()))
    }

    pub(crate) fn text(text: Bytes) -> Self {
        let kind = Kind::Text(Full::new(text));
        Self { kind }
    }

    /// The answer to a call of gRPC that succeeded.
    #[cfg(feature = "grpc")]
    pub(crate) fn message(frame: Bytes) -> Self {
        let kind = Kind::Message(Message::All(frame));
        Self { kind }
    }

    #[cfg(feature = "grpc")]
    pub(crate) fn watch(watch: crate::grpc::Watch) -> Self {
        let kind = Kind::Watch(Box::new(watch));
        Self { kind }
    }
}

#[cfg(feature = "grpc")]
impl Message {
    fn next(&mut self) -> Option<Frame<Bytes>> {
        match std::mem::replace(self, Self::Nothing) {
            Self::All(frame) => {
                *self = Self::Trailers;
                Some(Frame::data(frame))
            }
            Self::Trailers => Some(Frame::trailers(crate::grpc::ok())),
            Self::Nothing => None,
        }
    }
}

impl Body for ProbeBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut self.kind {
            Kind::Text(text) => Pin::new(text).poll_frame(cx),
            #[cfg(feature = "grpc")]
            Kind::Message(message) => Poll::Ready(message.next().map(Ok)),
            #[cfg(feature = "grpc")]
            Kind::Watch(watch) => watch.poll_frame(cx).map(|frame| frame.map(Ok)),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Text(text) => text.is_end_stream(),
            #[cfg(feature = "grpc")]
            Kind::Message(message) => matches!(message, Message::Nothing),
            #[cfg(feature = "grpc")]
            Kind::Watch(watch) => watch.is_ended(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Text(text) => text.size_hint(),
            // Nothing of gRPC has a length in its head.
            #[cfg(feature = "grpc")]
            Kind::Message(_) | Kind::Watch(_) => SizeHint::default(),
        }
    }
}
