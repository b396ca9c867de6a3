use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// Who connects says something within a round trip; a closing service waits no longer for the first of it than this.
pub(crate) const FRESH: Duration = Duration::from_secs(1);

/// A connection from which nothing has come yet.
#[derive(Debug)]
pub(crate) struct Silence {
    since: Instant,
    /// It came when the service was closing, and won't be told.
    is_late: bool,
    limit: Option<Pin<Box<Sleep>>>,
}

impl Silence {
    pub(crate) fn new(is_late: bool) -> Self {
        Self {
            since: Instant::now(),
            is_late,
            limit: None,
        }
    }

    /// Ready when nobody waits for its end any more: the service is closing, and it isn't fresh.
    pub(crate) fn poll_end(&mut self, is_closing: bool, cx: &mut Context<'_>) -> Poll<()> {
        if !is_closing && !self.is_late {
            return Poll::Pending;
        }
        let end = self.since + FRESH;
        if Instant::now() >= end {
            return Poll::Ready(());
        }
        let limit = self.limit.get_or_insert_with(|| Box::pin(sleep_until(end)));
        limit.as_mut().poll(cx)
    }
}
