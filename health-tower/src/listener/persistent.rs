use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::time::{Instant, Sleep, sleep};

use crate::accepting::{PAUSE, SAY_AGAIN, is_of_one_connection};

/// Accepting whatever goes wrong, for servers that give up at the first error, or try again at once.
#[derive(Debug, Default)]
pub(crate) struct Persistent {
    pause: Option<Pin<Box<Sleep>>>,
    said: Option<Instant>,
}

impl Persistent {
    /// What `accept` gives that is no error.
    pub(crate) fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        mut accept: impl FnMut(&mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<T> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(cx));
                self.pause = None;
            }
            match ready!(accept(cx)) {
                Ok(accepted) => return Poll::Ready(accepted),
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    self.say(&error);
                    self.pause = Some(Box::pin(sleep(PAUSE)));
                }
            }
        }
    }

    fn say(&mut self, error: &io::Error) {
        if self.said.is_none_or(|said| said.elapsed() >= SAY_AGAIN) {
            self.said = Some(Instant::now());
            tracing::warn!(target: "health", %error, "connections can't be accepted: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_error_costs_a_pause_and_ends_nothing() {
        let began = Instant::now();
        let mut answers = [
            Some(io::ErrorKind::Other),
            Some(io::ErrorKind::ConnectionReset),
            Some(io::ErrorKind::Other),
            None,
        ]
        .into_iter();
        let mut persistent = Persistent::default();
        poll_fn(|cx| {
            persistent.poll(cx, |_| {
                let answer = answers.next().unwrap();
                Poll::Ready(answer.map_or(Ok(()), |kind| Err(kind.into())))
            })
        })
        .await;
        assert_eq!(answers.len(), 0);
        assert_eq!(began.elapsed(), 2 * PAUSE, "none for what is over");
    }
}
