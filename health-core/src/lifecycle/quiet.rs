use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// Notes what a lame duck must know to end early: that a prober was told, and when a request came. For faces, from
/// [`Health::drain_watch`](crate::Health::drain_watch).
///
/// A cheap `Copy`, leaked once for each [`Health`](crate::Health). Outside a lame duck whose policy wants
/// [`quiet`](crate::DrainPolicy::quiet), a note costs one look at a word that nobody writes.
#[derive(Clone, Copy, Debug)]
pub struct DrainWatch(&'static Notes);

/// 1. `listening` is set before the first note is looked at, and never taken back: from there on the service only drains.
/// 2. Times only grow: a note that is made late takes nothing back.
/// 3. `told` is written before its waiters are woken, and who waits has enlisted before looking: no wake-up is lost.
#[derive(Debug)]
struct Notes {
    epoch: Instant,
    listening: AtomicBool,
    /// In nanoseconds from the epoch; zero is never.
    told: AtomicU64,
    request: AtomicU64,
    was_told: Notify,
}

impl DrainWatch {
    pub(crate) fn leak(epoch: Instant) -> Self {
        Self(Box::leak(Box::new(Notes {
            epoch,
            listening: AtomicBool::new(false),
            told: AtomicU64::new(0),
            request: AtomicU64::new(0),
            was_told: Notify::new(),
        })))
    }

    /// A readiness prober was answered that the service is not ready.
    pub fn told_unready(self) {
        if self.listens() {
            // AcqRel, with the load in `told`: one look at the newest note is enough.
            self.0.told.fetch_max(self.nanos(), Ordering::AcqRel);
            self.0.was_told.notify_waiters();
        }
    }

    /// A request came that is no probe.
    #[inline]
    pub fn request_came(self) {
        if self.listens() {
            // Relaxed: the time is the whole message.
            self.0.request.fetch_max(self.nanos(), Ordering::Relaxed);
        }
    }

    #[inline]
    fn listens(self) -> bool {
        // Relaxed: a note that is missed in this moment is one that came before it.
        self.0.listening.load(Ordering::Relaxed)
    }

    /// Waits until a prober is told, from here on.
    async fn told(self) {
        let before = self.0.told.load(Ordering::Acquire);
        self.0.listening.store(true, Ordering::Relaxed);
        loop {
            let mut told = pin!(self.0.was_told.notified());
            told.as_mut().enable();
            if self.0.told.load(Ordering::Acquire) > before {
                return;
            }
            told.await;
        }
    }

    fn last_request(self) -> Option<Instant> {
        match self.0.request.load(Ordering::Relaxed) {
            0 => None,
            nanos => Some(self.0.epoch + Duration::from_nanos(nanos)),
        }
    }

    fn nanos(self) -> u64 {
        let since = self.0.epoch.elapsed().as_nanos();
        u64::try_from(since).map_or(u64::MAX, |nanos| nanos.max(1))
    }
}

/// Waits until the service is quiet: a prober was told that it isn't ready, and after that no request came for this long. For ever,
/// where the policy doesn't want it.
pub(crate) async fn quiet(watch: DrainWatch, quiet: Option<Duration>) {
    let Some(quiet) = quiet else {
        return std::future::pending().await;
    };
    watch.told().await;
    let mut silent_since = Instant::now();
    loop {
        sleep_until(silent_since + quiet).await;
        match watch.last_request() {
            Some(last) if last > silent_since => silent_since = last,
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{advance, sleep};
    use tokio_test::{assert_pending, assert_ready, task};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn without_a_prober_that_was_told_it_is_never_quiet() {
        let watch = DrainWatch::leak(Instant::now());
        watch.told_unready();
        let mut quiet = task::spawn(quiet(watch, Some(3 * SECOND)));
        assert_pending!(quiet.poll());
        advance(3600 * SECOND).await;
        assert!(!quiet.is_woken(), "what was told before says nothing");
        watch.told_unready();
        assert!(quiet.is_woken());
        assert_pending!(quiet.poll());
        advance(3 * SECOND).await;
        assert_ready!(quiet.poll());
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_quiet_so_long_after_the_last_request() {
        let began = Instant::now();
        let watch = DrainWatch::leak(began);
        let prober_and_client = async {
            sleep(SECOND).await;
            watch.request_came();
            sleep(SECOND).await;
            watch.told_unready();
            for _ in 0..4 {
                sleep(2 * SECOND).await;
                watch.request_came();
                // A prober that asks often doesn't keep it from ending.
                watch.told_unready();
            }
        };
        tokio::join!(prober_and_client, async {
            quiet(watch, Some(3 * SECOND)).await;
            assert_eq!(began.elapsed(), 13 * SECOND);
        });
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_noted_and_nothing_ends_where_nobody_wants_it() {
        let watch = DrainWatch::leak(Instant::now());
        let mut never = task::spawn(quiet(watch, None));
        assert_pending!(never.poll());
        watch.request_came();
        watch.told_unready();
        assert_eq!(watch.last_request(), None);
        advance(3600 * SECOND).await;
        assert!(!never.is_woken());
    }

    #[tokio::test(start_paused = true)]
    async fn two_drivers_of_one_drain_hear_the_same() {
        let watch = DrainWatch::leak(Instant::now());
        let mut both = [2, 2].map(|seconds| task::spawn(quiet(watch, Some(seconds * SECOND))));
        both.iter_mut().for_each(|one| assert_pending!(one.poll()));
        advance(SECOND).await;
        watch.told_unready();
        both.iter_mut().for_each(|one| assert_pending!(one.poll()));
        advance(2 * SECOND).await;
        both.iter_mut().for_each(|one| assert_ready!(one.poll()));
    }
}
