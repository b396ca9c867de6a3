use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::heartbeat::clock::BootClock;

/// One membership, from joining to its fence: what work that only one instance may do is bound to. A cheap clone, from
/// [`Membership::tenure`](crate::Membership::tenure).
///
/// Once [`is_member`](Self::is_member) has said no, it never says yes again: after a new join there is another tenure, and whatever was
/// begun under this one is somebody else's by then.
#[derive(Clone, Debug)]
pub struct Tenure(pub(crate) Arc<Term>);

impl Tenure {
    /// Whether it still holds, by a look at the clock: also where every thread of this process has just been asleep.
    ///
    /// The time between the look and what is done because of it is not covered. What must not be done by two at a time has to be refused
    /// by what it is done to: that is what [`token`](Self::token) is for.
    #[must_use]
    pub fn is_member(&self) -> bool {
        self.0.is_member()
    }

    /// For how long it holds if no further beat is acked; zero if it does not.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        self.0.remaining()
    }

    /// The fencing token: higher with every membership that the coordinator gives to anybody. `None` where it has no such number.
    #[must_use]
    pub fn token(&self) -> Option<u64> {
        self.0.token
    }

    /// Which attempt to join it was, from 1; higher with each, in this process.
    #[must_use]
    pub fn incarnation(&self) -> u64 {
        self.0.incarnation
    }

    /// Resolves when it no longer holds. Needs no runtime; it may be a tenth of a second late, which the margin of the fence covers
    /// where the TTL is a second or more. Cancel safe.
    pub async fn fenced(&self) {
        self.0.over.cancelled().await;
    }
}

/// What is behind a [`Tenure`].
///
/// 1. `until` is the only truth: the moment, on the clock of leases, at which it is over; zero once it is.
/// 2. Whoever finds that the moment has passed writes zero, by compare-and-swap from the value that it judged. So either an ack has
///    moved the moment before, and it holds; or it is over, for every thread and for good.
/// 3. The moment is read before the clock: a thread that slept in between finds it over, and not the other way round.
/// 4. Who writes zero wakes all who wait.
#[derive(Debug)]
pub(crate) struct Term {
    incarnation: u64,
    token: Option<u64>,
    /// Relaxed everywhere: the word is the whole message, and nothing else is read because of it.
    until: AtomicU64,
    clock: BootClock,
    over: CancellationToken,
}

const OVER: u64 = 0;

impl Term {
    pub(crate) fn new(
        incarnation: u64,
        token: Option<u64>,
        until: Duration,
        clock: BootClock,
    ) -> Arc<Self> {
        Arc::new(Self {
            incarnation,
            token,
            until: AtomicU64::new(nanos(until)),
            clock,
            over: CancellationToken::new(),
        })
    }

    pub(crate) fn is_member(&self) -> bool {
        self.look() != OVER
    }

    pub(crate) fn remaining(&self) -> Duration {
        let until = Duration::from_nanos(self.look());
        until.saturating_sub(self.clock.now())
    }

    /// A beat was acked. `false` if that is too late.
    pub(crate) fn extend(&self, until: Duration) -> bool {
        loop {
            let before = self.look();
            if before == OVER {
                return false;
            }
            if self.swap(before, nanos(until)) {
                return self.is_member();
            }
        }
    }

    /// Ends it now.
    pub(crate) fn end(&self) {
        self.until.store(OVER, Ordering::Relaxed);
        self.over.cancel();
    }

    /// Until when it holds.
    fn look(&self) -> u64 {
        loop {
            let until = self.until.load(Ordering::Relaxed);
            if until == OVER || nanos(self.clock.now()) < until {
                return until;
            }
            if self.swap(until, OVER) {
                self.over.cancel();
                return OVER;
            }
        }
    }

    fn swap(&self, from: u64, to: u64) -> bool {
        self.until
            .compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }
}

fn nanos(at: Duration) -> u64 {
    u64::try_from(at.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heartbeat::clock::fake::Fake;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn who_looks_after_a_suspension_finds_it_over_and_for_good() {
        let fake = Fake::new();
        let until = fake.now() + 9 * SECOND;
        let term = Term::new(1, Some(7), until, fake.clock());
        let tenure = Tenure(Arc::clone(&term));
        assert!(tenure.is_member());
        assert_eq!(tenure.remaining(), 9 * SECOND);
        fake.suspend(8 * SECOND);
        assert!(term.extend(until + SECOND), "in time");
        fake.suspend(2 * SECOND);
        assert!(!term.extend(until + 60 * SECOND), "nobody has looked yet");
        assert!(!tenure.is_member());
        assert_eq!(tenure.remaining(), Duration::ZERO);
        tenure.fenced().await;
        assert_eq!((tenure.incarnation(), tenure.token()), (1, Some(7)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_grant_that_has_passed_ends_it() {
        let fake = Fake::new();
        let term = Term::new(1, None, fake.now() + SECOND, fake.clock());
        assert!(!term.extend(fake.now()));
        assert!(!term.extend(fake.now() + SECOND));
        let term = Term::new(2, None, fake.now() + SECOND, fake.clock());
        term.end();
        assert!(!term.is_member());
    }
}
