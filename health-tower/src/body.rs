use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use pin_project_lite::pin_project;

use crate::{BoxError, Hold};

pin_project! {
    /// The body of a response that went through a [`HealthLayer`](crate::HealthLayer): the application's own, which counts
    /// as in flight until it ends, or the answer to a probe.
    ///
    /// Frames, trailers, size hint and end are those of the inner body, whose data must be `Bytes`, as hyper's, axum's and tonic's
    /// is. An error of the inner body is boxed, and can be downcast to what it was.
    pub struct HealthBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjection]
    enum Kind<B> {
        Answer { #[pin] body: ProbeBody },
        Through { #[pin] body: B, hold: Option<Hold> },
    }
}

impl<B> HealthBody<B> {
    pub(crate) fn answer(body: ProbeBody) -> Self {
        let kind = Kind::Answer { body };
        Self { kind }
    }

    pub(crate) fn through(body: B, hold: Option<Hold>) -> Self {
        let kind = Kind::Through { body, hold };
        Self { kind }
    }
}

impl<B> Body for HealthBody<B>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    #[inline]
    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.project().kind.project() {
            KindProjection::Answer { body } => body.poll_frame(cx).map_err(|never| match never {}),
            KindProjection::Through { mut body, hold } => {
                let frame = body.as_mut().poll_frame(cx).map_err(Into::into);
                // Whoever got the last frame need not poll again to hear that it was the last.
                let ended = match &frame {
                    Poll::Pending => false,
                    Poll::Ready(Some(Ok(_))) => body.is_end_stream(),
                    Poll::Ready(_) => true,
                };
                if ended {
                    *hold = None;
                }
                frame
            }
        }
    }

    #[inline]
    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Answer { body } => body.is_end_stream(),
            Kind::Through { body, .. } => body.is_end_stream(),
        }
    }

    #[inline]
    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Answer { body } => body.size_hint(),
            Kind::Through { body, .. } => body.size_hint(),
        }
    }
}

impl<B> Default for HealthBody<B> {
    /// An empty body. Middleware around the layer may want to make one.
    fn default() -> Self {
        Self::answer(ProbeBody::default())
    }
}

pin_project! {
    /// The body of an answer to a probe: one short text.
    #[derive(Clone, Debug, Default)]
    pub struct ProbeBody {
        #[pin]
        text: Full<Bytes>,
    }
}

impl ProbeBody {
    pub(crate) fn new(text: &'static str) -> Self {
        let text = Full::new(Bytes::from_static(text.as_bytes()));
        Self { text }
    }

    #[cfg(feature = "details")]
    pub(crate) fn owned(text: Bytes) -> Self {
        let text = Full::new(text);
        Self { text }
    }
}

impl Body for ProbeBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.project().text.poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.text.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.text.size_hint()
    }
}

impl<B> fmt::Debug for HealthBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HealthBody").finish_non_exhaustive()
    }
}
