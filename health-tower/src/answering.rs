use std::future::Future;
use std::panic::catch_unwind;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Buf;
use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;
use tokio::runtime::Handle;
use tokio::time::{Sleep, sleep};

use crate::ProbeBody;

/// An answer that is known, and given as soon as the request's body is out of the way.
///
/// Nobody sends a body with a probe but by mistake. Answering while it still arrives makes HTTP/1 clients see a reset
/// instead of the answer, so a body is read to its end, and thrown away, within bounds.
pub(crate) enum Answering<B> {
    Now(Option<Response<ProbeBody>>),
    AfterBody(Pin<Box<Discard<B>>>),
}

impl<B: Body> Answering<B> {
    pub(crate) fn new(body: B, answer: Response<ProbeBody>) -> Self {
        if body.is_end_stream() {
            Self::Now(Some(answer))
        } else {
            Self::AfterBody(Box::pin(Discard::new(body, answer)))
        }
    }

    /// Nothing more to answer.
    pub(crate) fn given() -> Self {
        Self::Now(None)
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Response<ProbeBody>> {
        match self {
            Self::Now(answer) => Poll::Ready(taken(answer)),
            Self::AfterBody(discard) => discard.as_mut().poll(cx),
        }
    }
}

fn taken(answer: &mut Option<Response<ProbeBody>>) -> Response<ProbeBody> {
    answer.take().expect("polled after it was ready")
}

/// No more of a body is read than this, a frame counting for [`MIN_FRAME`] bytes at least.
const MAX_BODY: usize = 2 * 1024 * 1024;
const MIN_FRAME: usize = 64;
/// No longer is a body waited for than this.
const MAX_WAIT: Duration = Duration::from_secs(1);

pin_project! {
    pub(crate) struct Discard<B> {
        #[pin]
        body: B,
        #[pin]
        limit: Option<Sleep>,
        read: usize,
        answer: Option<Response<ProbeBody>>,
    }
}

impl<B> Discard<B> {
    fn new(body: B, answer: Response<ProbeBody>) -> Self {
        // Outside a tokio runtime, or in one without timers (which panics), there is no clock; the bound in bytes still holds.
        let clock = |_| catch_unwind(|| sleep(MAX_WAIT)).ok();
        let limit = Handle::try_current().ok().and_then(clock);
        let (read, answer) = (0, Some(answer));
        Self {
            body,
            limit,
            read,
            answer,
        }
    }
}

impl<B: Body> Future for Discard<B> {
    type Output = Response<ProbeBody>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        while *this.read < MAX_BODY {
            let limit = this.limit.as_mut().as_pin_mut();
            if limit.is_some_and(|limit| limit.poll(cx).is_ready()) {
                break;
            }
            match ready!(this.body.as_mut().poll_frame(cx)) {
                Some(Ok(frame)) => {
                    *this.read += frame.data_ref().map_or(0, Buf::remaining).max(MIN_FRAME);
                }
                Some(Err(_)) | None => break,
            }
        }
        Poll::Ready(taken(this.answer))
    }
}
