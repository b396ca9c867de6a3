mod until;

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::heartbeat::clock::BootClock;
use crate::heartbeat::tenure::until::Until;

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

/// What is behind a [`Tenure`]. Who finds that it is over, or ends it, wakes all who wait.
#[derive(Debug)]
pub(crate) struct Term {
    incarnation: u64,
    token: Option<u64>,
    until: Until,
    clock: BootClock,
    over: CancellationToken,
}

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
            until: Until::new(nanos(until)),
            clock,
            over: CancellationToken::new(),
        })
    }

    pub(crate) fn is_member(&self) -> bool {
        self.look().is_some()
    }

    pub(crate) fn remaining(&self) -> Duration {
        let until = self.look().map_or(Duration::ZERO, Duration::from_nanos);
        until.saturating_sub(self.clock.now())
    }

    /// A beat was acked. `false` if that is too late.
    pub(crate) fn extend(&self, until: Duration) -> bool {
        let extended = self.until.extend(nanos(until), || self.now());
        self.wake_if_over(extended.is_some());
        extended.is_some()
    }

    /// Ends it now.
    pub(crate) fn end(&self) {
        self.lapse();
        self.over.cancel();
    }

    /// Ends it now, for who looks. Whoever waits is not woken before [`end`](Self::end).
    pub(crate) fn lapse(&self) {
        self.until.end();
    }

    /// Until when it holds.
    fn look(&self) -> Option<u64> {
        let until = self.until.look(|| self.now());
        self.wake_if_over(until.is_some());
        until
    }

    fn wake_if_over(&self, holds: bool) {
        if !holds && !self.over.is_cancelled() {
            self.over.cancel();
        }
    }

    fn now(&self) -> u64 {
        nanos(self.clock.now())
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
