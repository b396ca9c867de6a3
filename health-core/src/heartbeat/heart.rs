mod beat;
mod join;
mod say;

use std::fmt;
use std::ops::{ControlFlow, Deref};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::Phase;
use crate::heartbeat::cell::Cell;
use crate::heartbeat::clock::BootClock;
use crate::heartbeat::fence::Fence;
use crate::heartbeat::gate::{Earned, Gate, Sign};
use crate::heartbeat::pace::Pace;
use crate::heartbeat::settings::Settings;
use crate::heartbeat::telling::Telling;
use crate::heartbeat::tenure::Term;
use crate::heartbeat::warnings::Warnings;
use crate::heartbeat::{Backend, HeartbeatState, Leaving, Vitals};
use crate::snapshot::Hub;

/// How often it looks at fence and evidence: as often as the watchdog does.
const TICK: Duration = Duration::from_millis(100);

/// What a heart hears of the rest.
pub(crate) struct Sources {
    pub(crate) hub: Weak<Hub>,
    pub(crate) leaving: CancellationToken,
    pub(crate) clock: BootClock,
    pub(crate) sign: Box<dyn Fn() -> Option<Sign> + Send>,
    pub(crate) vitals: Box<dyn Fn() -> Vitals + Send>,
}

/// Beats: the shell around [`Gate`], [`Fence`] and [`Pace`].
///
/// 1. The fence is looked at before anything else is done, after every wait.
/// 2. Whoever is told that it is no member is told so before the other side is: a [`Term`] ends before its session leaves or is dropped.
/// 3. Each request to join has an incarnation of its own. A session is never used again after its fence fell, or after a panic.
/// 4. It ends only to leave.
/// 5. A phase that has changed is sent at once, and so is a shutdown that has begun: of a drain, the other side hears before the next beat is
///    due. These are few; whatever else has changed waits for its beat.
pub(crate) struct Heart<B> {
    backend: B,
    settings: Settings,
    cell: Arc<Cell>,
    from: Sources,
    gate: Gate,
    pace: Pace,
    incarnation: u64,
    rejoin_at: Instant,
    /// The last request to join was.
    refused: bool,
    telling: Telling,
    warnings: Warnings,
}

/// A session, and its fence. Where something unwinds, the term is over before the session is dropped: fields are dropped in order.
struct Held<S> {
    term: Ending,
    session: S,
    fence: Fence,
    /// Of the join.
    warning: Option<String>,
    /// What was last sent: the phase, and whether it stops.
    stage: (Phase, bool),
}

/// A term that is over when this is dropped. Nobody is woken by that: it may be part of a panic, and [`Heart::panicked`] comes after it.
struct Ending(Arc<Term>);

impl Deref for Ending {
    type Target = Term;

    fn deref(&self) -> &Term {
        &self.0
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.lapse();
    }
}

/// Why a session is over.
enum End {
    Leave,
    Fenced,
    Stalled(Duration),
    Gone(String),
}

impl<B: Backend> Heart<B> {
    pub(crate) fn new(backend: B, settings: Settings, cell: Arc<Cell>, from: Sources) -> Self {
        let now = Instant::now();
        let (withhold, revoke) = (settings.withhold_after(), settings.revoke_after());
        Self {
            gate: Gate::new(now.into_std(), withhold, revoke),
            pace: Pace::new(settings.every, f64::from(settings.jitter) / 100.0),
            incarnation: 0,
            rejoin_at: now,
            refused: false,
            telling: Telling::default(),
            warnings: Warnings::default(),
            backend,
            settings,
            cell,
            from,
        }
    }

    /// Beats until it has left.
    pub(crate) async fn run(&mut self) {
        while self.once().await.is_continue() {}
        self.turn(HeartbeatState::Left, || "the service has ended".to_owned());
        self.cell.done.cancel();
    }

    /// Something panicked that nobody expected to.
    pub(crate) fn panicked(&mut self) {
        if let Some(term) = self.cell.change(|account| account.term.take()) {
            term.end();
        }
        self.fail("something panicked on the thread of the heartbeat; it joins again");
        self.turn(HeartbeatState::Fenced, || "something panicked".to_owned());
    }

    /// From waiting for evidence to the end of one membership. Breaks where it has left.
    async fn once(&mut self) -> ControlFlow<()> {
        self.earn_a_join().await?;
        let Some(mut held) = self.join().await? else {
            return ControlFlow::Continue(());
        };
        let end = self.beat(&mut held).await;
        held.term.end();
        match end {
            End::Leave => {
                self.turn(HeartbeatState::Left, || "the service has ended".to_owned());
                let bound = self.settings.to_leave();
                self.leave(held.session, Leaving::Ended, bound).await;
                return ControlFlow::Break(());
            }
            End::Stalled(age) => {
                self.turn(HeartbeatState::Stalled, || {
                    format!("nothing in the application has moved for {age:.1?}: membership is given back")
                });
                let bound = self.settings.ack_timeout();
                self.leave(held.session, Leaving::Stalled, bound).await;
            }
            End::Fenced => self.turn(HeartbeatState::Fenced, || {
                "no beat was acked in time, and the lease may have ended by now".to_owned()
            }),
            End::Gone(why) => {
                self.fail(&why);
                self.turn(HeartbeatState::Fenced, || why);
            }
        }
        self.rejoin_at = Instant::now() + self.pace.rejoin(fastrand::f64());
        ControlFlow::Continue(())
    }

    /// Ten times a second, but while it waits for the coordinator.
    fn look(&mut self) -> Earned {
        self.settle();
        let sign = if self.settings.unearned {
            Some(Sign::default())
        } else {
            (self.from.sign)()
        };
        self.gate.look(Instant::now().into_std(), sign)
    }

    fn has_to_leave(&self) -> bool {
        self.from.leaving.is_cancelled() || self.from.hub.strong_count() == 0
    }

    async fn nap(&self, until: Instant) {
        tokio::select! {
            biased;
            () = self.from.leaving.cancelled() => {}
            () = tokio::time::sleep_until(until) => {}
        }
    }
}

impl<B> fmt::Debug for Heart<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Heart")
            .field("cell", &self.cell)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
