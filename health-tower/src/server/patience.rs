use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http_body::Body;
use http_body_util::BodyExt as _;
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
    /// Goes with the body of the answer, until that is dropped.
    pub(crate) fn until_the_end_of(
        self,
        answer: Response<ProbeBody>,
    ) -> Response<impl Body<Data = Bytes, Error = Infallible>> {
        answer.map(|body| {
            body.map_err(move |never| {
                let _open = &self;
                match never {}
            })
        })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.open -= 1;
        state.end = Instant::now() + self.0.pause;
    }
}
