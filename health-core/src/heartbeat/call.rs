use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use crate::heartbeat::BackendError;

/// What has come of a call of somebody else's code.
pub(crate) enum Answer<T> {
    Given(T),
    Error(BackendError),
    /// It has not answered in time.
    Late(Duration),
    Panicked,
}

/// Waits for it no longer than that, and survives its panic.
pub(crate) async fn call<T>(
    limit: Duration,
    call: impl Future<Output = Result<T, BackendError>>,
) -> Answer<T> {
    let mut call = pin!(call);
    let caught = poll_fn(|cx| {
        let polled = catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(cx)));
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(Ok(given))) => Poll::Ready(Answer::Given(given)),
            Ok(Poll::Ready(Err(error))) => Poll::Ready(Answer::Error(error)),
            Err(_panic) => Poll::Ready(Answer::Panicked),
        }
    });
    tokio::time::timeout(limit, caught)
        .await
        .unwrap_or(Answer::Late(limit))
}

impl<T> Answer<T> {
    /// Why it is none.
    pub(crate) fn problem(&self) -> Option<String> {
        match self {
            Self::Given(_) => None,
            Self::Error(error) => Some(error.to_string()),
            Self::Late(limit) => Some(format!("no answer within {limit:?}")),
            Self::Panicked => Some("the backend panicked".to_owned()),
        }
    }
}
