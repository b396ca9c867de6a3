use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::observe::Outgoing;

pin_project! {
    /// The body of a response to an [`Observed`](crate::Observed) client: its own, whose end is the end of the call. Frames, trailers,
    /// errors, size hint and end are those of the inner body.
    pub struct ObservedBody<B> {
        #[pin]
        inner: B,
        outgoing: Outgoing,
    }
}

impl<B> ObservedBody<B> {
    #[inline]
    pub(crate) fn new(inner: B, outgoing: Outgoing) -> Self {
        Self { inner, outgoing }
    }
}

impl<B: Body> Body for ObservedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    #[inline]
    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let frame = this.inner.as_mut().poll_frame(cx);
        match &frame {
            Poll::Pending => {}
            Poll::Ready(Some(Ok(frame))) => {
                this.outgoing.hear(frame);
                // Whoever got the last frame need not poll again to hear that it was the last.
                if this.inner.is_end_stream() {
                    this.outgoing.complete();
                }
            }
            Poll::Ready(Some(Err(_))) => this.outgoing.break_off(),
            Poll::Ready(None) => this.outgoing.complete(),
        }
        frame
    }

    #[inline]
    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    #[inline]
    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl<B: Default> Default for ObservedBody<B> {
    /// A body of no call. Middleware around the layer may want to make one.
    fn default() -> Self {
        Self::new(B::default(), Outgoing::new(None))
    }
}

impl<B> fmt::Debug for ObservedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedBody").finish_non_exhaustive()
    }
}
