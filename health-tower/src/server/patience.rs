use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Instant;

use crate::ProbeBody;

/// Until when a connection may stay without asking. While an answer goes on, as that to a Watch over gRPC does, it may.
pub(crate) struct Patience {
    pause: Duration,
    state: Mutex<State>,
}

struct State {
    end: Instant,
    open: usize,
}

impl Patience {
    /// With so much time for the first request, and so long a pause between two.
    pub(crate) fn new(end: Instant, pause: Duration) -> Self {
        let state = Mutex::new(State { end, open: 0 });
        Self { pause, state }
    }

    /// A request came.
    pub(crate) fn asked(patience: &Arc<Self>) -> Open {
        patience.state().open += 1;
        Open(Arc::clone(patience))
    }

    /// As it is now: another, should somebody ask until then.
    pub(crate) fn end(&self) -> Instant {
        let state = self.state();
        if state.open > 0 {
            Instant::now() + self.pause
        } else {
            state.end
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request whose answer goes on as long as this lives.
pub(crate) struct Open(Arc<Patience>);

impl Open {
    pub(crate) fn until_the_end_of(self, answer: Response<ProbeBody>) -> Response<Answer> {
        answer.map(|body| Answer { body, _open: self })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.open -= 1;
        state.end = Instant::now() + self.0.pause;
    }
}

pub(crate) struct Answer {
    body: ProbeBody,
    _open: Open,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
