use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::thread::panicking;
use std::time::{Duration, Instant};

use pin_project_lite::pin_project;

/// For how long the body of a run held its thread without a break: one poll of an asynchronous one, the whole of a synchronous
/// one. By the clock of the system, which goes on where tokio's is paused.
#[derive(Debug)]
pub(crate) struct Held {
    epoch: Instant,
    /// When it took the thread that it holds now, in nanoseconds after the epoch, and one more; 0 where it holds none.
    since: AtomicU64,
    longest: AtomicU64,
}

// Relaxed everywhere: each word is read for itself.
impl Held {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            epoch: Instant::now(),
            since: AtomicU64::new(0),
            longest: AtomicU64::new(0),
        })
    }

    /// Runs what holds the thread. How long a panic takes says nothing: most of it is the backtrace.
    pub(crate) fn during<R>(&self, body: impl FnOnce() -> R) -> R {
        struct Hold<'a>(&'a Held);
        impl Drop for Hold<'_> {
            fn drop(&mut self) {
                let longest = if panicking() {
                    Duration::ZERO
                } else {
                    self.0.longest()
                };
                let longest = u64::try_from(longest.as_nanos()).unwrap_or(u64::MAX);
                // Before `since` ends: in between it is seen twice, and never not at all.
                self.0.longest.fetch_max(longest.max(1), Ordering::Relaxed);
                self.0.since.store(0, Ordering::Relaxed);
            }
        }
        self.since.store(self.nanos() + 1, Ordering::Relaxed);
        let _hold = Hold(self);
        body()
    }

    /// The longest stretch, with the one that has not ended.
    pub(crate) fn longest(&self) -> Duration {
        let longest = Duration::from_nanos(self.longest.load(Ordering::Relaxed));
        let since = self.since.load(Ordering::Relaxed);
        match since.checked_sub(1) {
            Some(since) => longest.max(Duration::from_nanos(self.nanos().saturating_sub(since))),
            None => longest,
        }
    }

    /// Whether it ever had a thread.
    pub(crate) fn has_begun(&self) -> bool {
        let begun = |word: &AtomicU64| word.load(Ordering::Relaxed) > 0;
        // In this order: it never has neither.
        begun(&self.since) || begun(&self.longest)
    }

    fn nanos(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_nanos()).unwrap_or(u64::MAX - 1)
    }
}

pin_project! {
    /// A future that notes how long each poll takes: two looks at the clock.
    pub(crate) struct Timed<F> {
        #[pin]
        future: F,
        held: Arc<Held>,
    }
}

impl<F> Timed<F> {
    pub(crate) fn new(future: F, held: Arc<Held>) -> Self {
        Self { future, held }
    }
}

impl<F: Future> Future for Timed<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.held.during(|| this.future.poll(cx))
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
    use std::thread::sleep;

    use super::*;

    const SHORT: Duration = Duration::from_millis(20);

    #[test]
    fn the_longest_stretch_counts_while_it_lasts_and_afterwards() {
        let held = Held::new();
        assert!(!held.has_begun() && held.longest().is_zero());
        held.during(|| {
            assert!(held.has_begun());
            sleep(SHORT);
            assert!(held.longest() >= SHORT, "under way");
        });
        let ended = held.longest();
        assert!(ended >= SHORT);
        held.during(|| ());
        assert_eq!(held.longest(), ended);
    }

    #[test]
    fn what_panics_has_begun_and_held_nothing() {
        let held = Held::new();
        let panics = || {
            sleep(SHORT);
            panic_any(SHORT)
        };
        let caught = catch_unwind(AssertUnwindSafe(|| held.during::<()>(panics)));
        assert!(caught.is_err());
        assert!(held.has_begun() && held.longest() < SHORT);
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_holds_no_thread() {
        let held = Held::new();
        let waits = async {
            for _ in 0..5 {
                sleep(SHORT / 2);
                tokio::time::sleep(Duration::from_secs(60)).await;
            }
        };
        Timed::new(waits, Arc::clone(&held)).await;
        let longest = held.longest();
        assert!(
            longest >= SHORT / 2 && longest < Duration::from_secs(5),
            "{longest:?}"
        );
    }
}
