use std::time::Duration;

use tokio::time::Instant;

use crate::Ending;
use crate::dependency::counts::End;
use crate::dependency::handle::Dependency;

/// A call to a [`Dependency`], as long as it lives. Dropped before anybody has said how it [ended](Self::end), it was cancelled by this
/// service, which says nothing of the dependency.
#[derive(Debug)]
#[must_use = "a call that is dropped at once was cancelled"]
pub struct Call {
    dependency: Dependency,
    end: Option<End>,
    /// From when on it is slow, while it has no answer.
    slow_from: Option<Instant>,
    answered: Option<Instant>,
}

/// What was answered and has gone on for longer is a stream: it may end badly for reasons of its own, and all streams at once.
const STREAM: Duration = Duration::from_secs(30);

impl Call {
    #[inline]
    pub(crate) fn new(dependency: Dependency) -> Self {
        Self {
            dependency,
            end: None,
            slow_from: None,
            answered: None,
        }
    }

    /// Cancelled after it has waited for so long, it has failed: for callers that give up by dropping it. Never, by default.
    pub fn slow_after(mut self, slow: Duration) -> Self {
        self.slow_from = Instant::now().checked_add(slow);
        self
    }

    /// It is answered, if not yet to its end: it is not [slow](Self::slow_after) any more. Where it [fails](Self::end) more than 30 s
    /// later, that says nothing of the dependency, as if it had been cancelled: streams break off together when one instance of the
    /// dependency restarts, or when something between gives up idle ones, and calls would fail in a row where nothing is wrong.
    #[inline]
    pub fn answered(&mut self) {
        self.slow_from = None;
        self.answered = Some(Instant::now());
    }

    /// It has ended like this, as far as the *dependency* is concerned: what it can't mend is
    /// [`Completed`](Ending::Completed), and to be turned away, [`Shed`](Ending::Shed), is to fail.
    ///
    /// What is said later counts, but what has failed once has failed: a body may break off after a head that was fine.
    #[inline]
    pub fn end(&mut self, ending: Ending) {
        if matches!(self.end, None | Some(End::Completed)) {
            self.end = Some(match ending {
                Ending::Completed => End::Completed,
                Ending::Failed | Ending::Shed => self.failed(),
            });
        }
    }

    #[cold]
    fn failed(&self) -> End {
        if self.answered.is_some_and(|at| at.elapsed() > STREAM) {
            End::Cancelled
        } else {
            End::Failed
        }
    }
}

impl Drop for Call {
    #[inline]
    fn drop(&mut self) {
        let end = self.end.unwrap_or_else(|| {
            if self.slow_from.is_some_and(|from| Instant::now() >= from) {
                End::Failed
            } else {
                End::Cancelled
            }
        });
        self.dependency.count(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Calls, Impact, Scope};

    const SECOND: Duration = Duration::from_secs(1);

    fn dependency() -> Dependency {
        Dependency::leak("payments".to_owned(), Scope::Shared, Impact::Degrades)
    }

    /// Completed, failed, cancelled.
    fn counted(with: impl FnOnce(Dependency)) -> [u64; 3] {
        let dependency = dependency();
        with(dependency);
        let Calls {
            completed,
            failed,
            cancelled,
        } = dependency.calls();
        [completed, failed, cancelled]
    }

    #[test]
    fn a_call_counts_once_as_it_ended() {
        for (endings, expected) in [
            (&[][..], [0, 0, 1]),
            (&[Ending::Completed], [1, 0, 0]),
            (&[Ending::Failed], [0, 1, 0]),
            (&[Ending::Shed], [0, 1, 0]),
            (&[Ending::Completed, Ending::Failed], [0, 1, 0]),
            (&[Ending::Failed, Ending::Completed], [0, 1, 0]),
        ] {
            let found = counted(|dependency| {
                let mut call = dependency.call();
                endings.iter().for_each(|ending| call.end(*ending));
                assert_eq!(dependency.calls(), Calls::default(), "not yet");
            });
            assert_eq!(found, expected, "{endings:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_cancelled_late_failed_if_that_was_asked_for() {
        let dependency = dependency();
        let begin = || dependency.call().slow_after(2 * SECOND);
        let (early, late, mut answered, mut ended) = (begin(), begin(), begin(), begin());
        let never = dependency.call().slow_after(Duration::MAX);
        tokio::time::advance(SECOND).await;
        drop(early);
        answered.answered();
        ended.end(Ending::Completed);
        tokio::time::advance(SECOND).await;
        drop((late, answered, ended, never));
        let Calls {
            completed,
            failed,
            cancelled,
        } = dependency.calls();
        assert_eq!([completed, failed, cancelled], [1, 1, 3]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_that_breaks_off_says_nothing() {
        let dependency = dependency();
        let begin = || dependency.call();
        let (mut stream, mut well, mut early, mut unanswered) =
            (begin(), begin(), begin(), begin());
        stream.answered();
        well.answered();
        tokio::time::advance(SECOND).await;
        early.answered();
        tokio::time::advance(30 * SECOND).await;
        early.end(Ending::Completed);
        for call in [&mut stream, &mut early, &mut unanswered] {
            call.end(Ending::Failed);
        }
        well.end(Ending::Completed);
        // As a body does after its trailers.
        stream.end(Ending::Completed);
        drop((stream, well, early, unanswered));
        let Calls {
            completed,
            failed,
            cancelled,
        } = dependency.calls();
        assert_eq!([completed, failed, cancelled], [1, 2, 1]);
    }
}
