use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Buf;
use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;
use tokio::time::Sleep;

use crate::ProbeBody;
use crate::timer::timer;

/// An answer that is given as soon as the request's body is out of the way.
///
/// Nobody sends a body with a probe over HTTP but by mistake. Answering while it still arrives makes HTTP/1 clients see a reset
/// instead of the answer, so a body is read to its end, within bounds. All but a gRPC call throw it away.
pub(crate) enum Answering<B> {
    Now(Option<Response<ProbeBody>>),
    AfterBody(Pin<Box<Reading<B>>>),
    /// Never: see [`Answer::Never`].
    #[cfg(feature = "test")]
    Never,
}

/// What is answered.
pub(crate) enum Answer {
    Known(Response<ProbeBody>),
    /// Its request is in the body.
    #[cfg(feature = "grpc")]
    Call(crate::grpc::Call),
    /// A request of a test, which is to stay where it is.
    #[cfg(feature = "test")]
    Never,
}

impl<B: Body> Answering<B> {
    pub(crate) fn new(body: B, answer: Answer) -> Self {
        #[cfg(feature = "test")]
        if matches!(answer, Answer::Never) {
            return Self::Never;
        }
        if body.is_end_stream() {
            Self::Now(Some(answer.after_body(true)))
        } else {
            Self::AfterBody(Box::pin(Reading::new(body, answer)))
        }
    }

    /// Nothing more to answer.
    pub(crate) fn given() -> Self {
        Self::Now(None)
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Response<ProbeBody>> {
        match self {
            Self::Now(answer) => Poll::Ready(taken(answer)),
            Self::AfterBody(reading) => reading.as_mut().poll(cx),
            #[cfg(feature = "test")]
            Self::Never => Poll::Pending,
        }
    }
}

impl Answer {
    /// No longer is a body waited for than this, each time that it becomes another.
    fn patience(&self) -> Duration {
        match self {
            Self::Known(_) => Duration::from_secs(1),
            #[cfg(feature = "test")]
            Self::Never => Duration::MAX,
            // The end of a request comes with its message, or little later, if it is sent at all.
            #[cfg(feature = "grpc")]
            Self::Call(call) if call.is_whole() => Duration::from_millis(100),
            // What a client waits for as well, and packets that get lost are sent again meanwhile.
            #[cfg(feature = "grpc")]
            Self::Call(_) => Duration::from_secs(5),
        }
    }

    fn take(&mut self, _data: &mut impl Buf) {
        match self {
            Self::Known(_) => {}
            #[cfg(feature = "test")]
            Self::Never => {}
            #[cfg(feature = "grpc")]
            Self::Call(call) => call.take(_data),
        }
    }

    fn after_body(self, _whole: bool) -> Response<ProbeBody> {
        match self {
            Self::Known(response) => response,
            #[cfg(feature = "test")]
            Self::Never => unreachable!("it is never polled to its end"),
            #[cfg(feature = "grpc")]
            Self::Call(call) => call.answer(_whole),
        }
    }
}

fn taken<T>(answer: &mut Option<T>) -> T {
    answer.take().expect("polled after it was ready")
}

/// No more of a body is read than this, a frame counting for [`MIN_FRAME`] bytes at least.
const MAX_BODY: usize = 2 * 1024 * 1024;
const MIN_FRAME: usize = 64;

pin_project! {
    pub(crate) struct Reading<B> {
        #[pin]
        body: B,
        // From when it had to wait.
        #[pin]
        limit: Option<Sleep>,
        // For how long, at most.
        patience: Duration,
        read: usize,
        answer: Option<Answer>,
    }
}

impl<B> Reading<B> {
    fn new(body: B, answer: Answer) -> Self {
        Self {
            body,
            limit: None,
            patience: Duration::ZERO,
            read: 0,
            answer: Some(answer),
        }
    }
}

impl<B: Body> Future for Reading<B> {
    type Output = Response<ProbeBody>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let answer = this.answer;
        let mut whole = false;
        while *this.read < MAX_BODY {
            match this.body.as_mut().poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    let mut data = frame.into_data().ok();
                    let length = data.as_ref().map_or(0, Buf::remaining);
                    *this.read += length.max(MIN_FRAME);
                    if let (Some(answer), Some(data)) = (answer.as_mut(), data.as_mut()) {
                        answer.take(data);
                    }
                }
                Poll::Ready(None) => {
                    whole = true;
                    break;
                }
                Poll::Ready(Some(Err(_))) => break,
                Poll::Pending => {
                    let patience = answer.as_ref().map_or(Duration::ZERO, Answer::patience);
                    if *this.patience != patience {
                        *this.patience = patience;
                        // Where there is no clock, the bound in bytes still holds.
                        this.limit.set(timer(patience));
                    }
                    match this.limit.as_mut().as_pin_mut() {
                        Some(limit) => ready!(limit.poll(cx)),
                        None => return Poll::Pending,
                    }
                    break;
                }
            }
        }
        Poll::Ready(taken(answer).after_body(whole))
    }
}
