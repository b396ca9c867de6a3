use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio::sync::futures::Notified;
use tokio::time::{Instant, Sleep, sleep_until};

pin_project! {
    /// Sleeps until a moment, or until somebody doubts what was last found; gives whether it was that. By hand, since every check
    /// holds one nearly all of its life: `select!` in an async function is twice as large.
    pub(crate) struct Nap<'a> {
        #[pin]
        sleep: Sleep,
        #[pin]
        doubted: Option<Notified<'a>>,
    }
}

impl<'a> Nap<'a> {
    /// Without `doubted`, nobody can wake it.
    pub(crate) fn new(until: Instant, doubted: Option<Notified<'a>>) -> Self {
        let sleep = sleep_until(until);
        Self { sleep, doubted }
    }
}

impl Future for Nap<'_> {
    type Output = bool;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let this = self.project();
        if this.sleep.poll(cx).is_ready() {
            return Poll::Ready(false);
        }
        let doubted = this.doubted.as_pin_mut();
        doubted.map_or(Poll::Pending, |doubted| doubted.poll(cx).map(|()| true))
    }
}
