use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

pin_project! {
    /// Resolves when the service should stop accepting. From [`Health::closing`](crate::Health::closing).
    ///
    /// A clone waits for the same moment, from its own start.
    #[must_use = "futures do nothing unless they are awaited"]
    pub struct Closing {
        token: CancellationToken,
        #[pin]
        wait: WaitForCancellationFutureOwned,
    }
}

impl Closing {
    pub(crate) fn new(token: CancellationToken) -> Self {
        let wait = token.clone().cancelled_owned();
        Self { token, wait }
    }

    /// Whether it has resolved, for code that doesn't wait.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.token.is_cancelled()
    }
}

impl Future for Closing {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().wait.poll(cx)
    }
}

impl Clone for Closing {
    fn clone(&self) -> Self {
        Self::new(self.token.clone())
    }
}

impl fmt::Debug for Closing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Closing")
            .field("is_closing", &self.is_closing())
            .finish()
    }
}
