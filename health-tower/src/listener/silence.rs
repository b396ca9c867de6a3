use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use crate::timer::timer;

/// Who connects says something within a round trip; a closing service waits no longer for the first of it than this.
pub(crate) const FRESH: Duration = Duration::from_secs(1);

/// For what arrives in the moment when the service begins to close. A read that has to wait says only that nobody has looked at the
/// socket since: the runtime may not have come to it, or a task has read all that it may at once.
pub(crate) const MOMENT: Duration = Duration::from_millis(100);

/// A connection from which nothing has come yet.
#[derive(Debug)]
pub(crate) struct Silence {
    since: Instant,
    /// It came when the service was closing, and won't be told.
    is_late: bool,
    limit: Limit,
}

#[derive(Debug)]
enum Limit {
    Unset,
    Waits(Pin<Box<Sleep>>),
    Over,
}

impl Silence {
    pub(crate) fn new(is_late: bool) -> Self {
        Self {
            since: Instant::now(),
            is_late,
            limit: Limit::Unset,
        }
    }

    /// Ready when nobody waits for its end any more: the service has been closing for a moment, and it isn't fresh.
    pub(crate) fn poll_end(&mut self, is_closing: bool, cx: &mut Context<'_>) -> Poll<()> {
        if !is_closing && !self.is_late {
            return Poll::Pending;
        }
        if let Limit::Unset = self.limit {
            let fresh = FRESH.saturating_sub(self.since.elapsed());
            let limit = timer(fresh.max(MOMENT)).map(Box::pin);
            self.limit = limit.map_or(Limit::Over, Limit::Waits);
        }
        if let Limit::Waits(limit) = &mut self.limit
            && limit.as_mut().poll(cx).is_pending()
        {
            return Poll::Pending;
        }
        self.limit = Limit::Over;
        Poll::Ready(())
    }
}
