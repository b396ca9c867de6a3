use std::fmt;
use std::ops::ControlFlow;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::heartbeat::call::{Answer, call};
use crate::heartbeat::cell::Cell;
use crate::heartbeat::clock::BootClock;
use crate::heartbeat::fence::Fence;
use crate::heartbeat::gate::{Earned, Gate, Sign};
use crate::heartbeat::pace::Pace;
use crate::heartbeat::settings::Settings;
use crate::heartbeat::tenure::Term;
use crate::heartbeat::{Ack, Backend, HeartbeatState, Joined, Member, Session, Vitals};
use crate::snapshot::{Beat, Event, Hub};

/// How often it looks at fence and evidence: as often as the watchdog does.
const TICK: Duration = Duration::from_millis(100);
/// Joining is several round trips: a connection, a lease, an entry.
const TRIPS_TO_JOIN: u32 = 5;
/// Whoever drains waits no longer than its deadline; this is for the thread.
const TO_LEAVE: Duration = Duration::from_secs(5);

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
pub(crate) struct Heart<B> {
    backend: B,
    settings: Settings,
    cell: Arc<Cell>,
    from: Sources,
    gate: Gate,
    pace: Pace,
    incarnation: u64,
    rejoin_at: Instant,
}

/// A session, and what it was granted.
struct Held<S> {
    session: S,
    fence: Fence,
    term: Arc<Term>,
    granted: Duration,
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
        self.pace.refused();
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
                self.leave(held.session, TO_LEAVE).await;
                return ControlFlow::Break(());
            }
            End::Stalled(age) => {
                self.turn(HeartbeatState::Stalled, || {
                    format!("nothing in the application has moved for {age:.1?}: membership is given back")
                });
                let bound = self.settings.ack_timeout();
                self.leave(held.session, bound).await;
            }
            End::Fenced => self.turn(HeartbeatState::Fenced, || {
                "no beat was acked in time, and the lease may have ended by now".to_owned()
            }),
            End::Gone(why) => {
                self.pace.refused();
                self.fail(&why);
                self.turn(HeartbeatState::Fenced, || why);
            }
        }
        self.rejoin_at = Instant::now() + self.pace.rejoin(fastrand::f64());
        ControlFlow::Continue(())
    }

    /// Waits until something earns it, and it is time.
    async fn earn_a_join(&mut self) -> ControlFlow<()> {
        loop {
            if self.has_to_leave() {
                return ControlFlow::Break(());
            }
            match self.look() {
                Earned::Yes if Instant::now() >= self.rejoin_at => break,
                Earned::Stalled(age) => self.turn(HeartbeatState::Stalled, || {
                    format!("nothing in the application has moved for {age:.1?}: it does not join")
                }),
                _ => {}
            }
            self.nap(Instant::now() + TICK).await;
        }
        self.turn(HeartbeatState::Joining, || "asks to join".to_owned());
        ControlFlow::Continue(())
    }

    /// Asks once. Breaks where it has to leave meanwhile.
    async fn join(&mut self) -> ControlFlow<(), Option<Held<B::Session>>> {
        self.incarnation += 1;
        let incarnation = self.incarnation;
        self.cell
            .change(|account| account.incarnation = incarnation);
        let member = Member {
            name: self.settings.name.clone(),
            incarnation,
            ttl: self.settings.ttl,
            vitals: (self.from.vitals)(),
        };
        let sent = self.from.clock.now();
        let limit = self.settings.ack_timeout() * TRIPS_TO_JOIN;
        let asked = call(limit, async { self.backend.join(&member).await });
        let answer = tokio::select! {
            biased;
            () = self.from.leaving.cancelled() => return ControlFlow::Break(()),
            answer = asked => answer,
        };
        let problem = answer.problem();
        let why = match answer {
            Answer::Given(joined) => match self.joined(sent, joined) {
                Ok(held) => {
                    self.pace.joined();
                    return ControlFlow::Continue(Some(held));
                }
                Err(why) => why,
            },
            _ => problem.unwrap_or_default(),
        };
        let refusals = self.pace.refused();
        self.fail(&why);
        if refusals == 1 {
            self.say(HeartbeatState::Joining, HeartbeatState::Joining, why);
        }
        self.rejoin_at = Instant::now() + self.pace.rejoin(fastrand::f64());
        ControlFlow::Continue(None)
    }

    fn joined(
        &self,
        sent: Duration,
        joined: Joined<B::Session>,
    ) -> Result<Held<B::Session>, String> {
        let Joined {
            session,
            ack: Ack { granted },
            token,
        } = joined;
        let mut fence = Fence::default();
        let now = self.from.clock.now();
        let Some(until) = fence.ack(sent, now, granted) else {
            let took = now.saturating_sub(sent);
            return Err(format!(
                "a TTL of {granted:?} was granted, after {took:.1?}: nothing of it is left"
            ));
        };
        let term = Term::new(self.incarnation, token, until, self.from.clock.clone());
        self.cell.change(|account| {
            account.term = Some(Arc::clone(&term));
            account.acked(now, now.saturating_sub(sent), fence.slowest());
        });
        let asked = self.settings.ttl;
        self.turn(HeartbeatState::Member, || {
            let less = if granted < asked {
                format!(", and {asked:?} was asked for")
            } else {
                String::new()
            };
            format!("joined, with a TTL of {granted:?}{less}")
        });
        Ok(Held {
            session,
            fence,
            term,
            granted,
        })
    }

    /// Beats until it is over.
    async fn beat(&mut self, held: &mut Held<B::Session>) -> End {
        let mut next = Instant::now() + self.pace.interval(held.granted, fastrand::f64());
        let mut counted = None;
        loop {
            if !held.term.is_member() {
                return End::Fenced;
            }
            if self.has_to_leave() {
                return End::Leave;
            }
            let earned = self.look();
            if let Earned::Stalled(age) = earned {
                return End::Stalled(age);
            }
            let now = Instant::now();
            if now < next {
                self.nap(next.min(now + TICK).min(now + held.remaining()))
                    .await;
                continue;
            }
            if let Earned::Not(age) = earned {
                if counted.is_none_or(|at| now >= at) {
                    counted = Some(now + self.pace.interval(held.granted, 0.5));
                    self.cell.change(|account| account.totals.withheld += 1);
                }
                self.turn(HeartbeatState::Withheld, || {
                    format!("no runtime has turned for {age:.1?}: nothing earns a beat")
                });
                self.nap(now + TICK.min(held.remaining())).await;
                continue;
            }
            counted = None;
            match self.send(held).await {
                ControlFlow::Continue(wait) => next = wait,
                ControlFlow::Break(end) => return end,
            }
        }
    }

    /// Sends one beat. Gives when to send the next.
    async fn send(&mut self, held: &mut Held<B::Session>) -> ControlFlow<End, Instant> {
        let vitals = (self.from.vitals)();
        let (sent, began) = (self.from.clock.now(), Instant::now());
        self.cell.change(|account| account.totals.sent += 1);
        let (session, term) = (&mut held.session, &held.term);
        let asked = call(self.settings.ack_timeout(), async {
            session.beat(&vitals).await
        });
        let answer = tokio::select! {
            biased;
            () = fallen(term) => {
                self.fail("no answer before the fence fell");
                return ControlFlow::Break(End::Fenced);
            }
            () = self.from.leaving.cancelled() => return ControlFlow::Break(End::Leave),
            answer = asked => answer,
        };
        let nothing = || "a TTL of zero was granted".to_owned();
        let why = answer.problem().unwrap_or_else(nothing);
        match answer {
            Answer::Given(Ack { granted }) if !granted.is_zero() => {
                return self.acked(held, sent, began, granted);
            }
            Answer::Error(error) if error.is_gone() => return ControlFlow::Break(End::Gone(why)),
            // Whatever it has left half-done is not used again.
            Answer::Panicked => return ControlFlow::Break(End::Gone(why)),
            _ => {}
        }
        self.fail(&why);
        let wait = self.pace.missed(fastrand::f64());
        ControlFlow::Continue(Instant::now() + wait)
    }

    fn acked(
        &mut self,
        held: &mut Held<B::Session>,
        sent: Duration,
        began: Instant,
        granted: Duration,
    ) -> ControlFlow<End, Instant> {
        let now = self.from.clock.now();
        let until = held.fence.ack(sent, now, granted);
        if !until.is_some_and(|until| held.term.extend(until)) {
            return ControlFlow::Break(End::Fenced);
        }
        held.granted = granted;
        self.pace.acked();
        self.cell.change(|account| {
            account.totals.acked += 1;
            account.acked(now, now.saturating_sub(sent), held.fence.slowest());
        });
        self.turn(HeartbeatState::Member, || {
            "a beat was earned, and acked".to_owned()
        });
        ControlFlow::Continue(began + self.pace.interval(granted, fastrand::f64()))
    }

    async fn leave(&self, session: B::Session, bound: Duration) {
        let answer = call(bound, async { session.leave().await }).await;
        let Some(why) = answer.problem() else {
            return;
        };
        let why = format!("it could not leave, and is forgotten with its TTL: {why}");
        self.fail(&why);
        let state = self.cell.state();
        self.say(state, state, why);
    }

    fn look(&mut self) -> Earned {
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

    fn fail(&self, why: &str) {
        self.cell.change(|account| {
            account.totals.failed += 1;
            account.note(why);
        });
    }

    fn turn(&self, to: HeartbeatState, why: impl FnOnce() -> String) {
        let from = self
            .cell
            .change(|account| std::mem::replace(&mut account.state, to));
        if from != to {
            self.say(from, to, why());
        }
    }

    /// On a thread of its own: a log that stands still must not stop the beats.
    fn say(&self, from: HeartbeatState, to: HeartbeatState, why: String) {
        if let Some(hub) = self.from.hub.upgrade() {
            hub.put(Event::Heartbeat(Beat {
                name: self.cell.name().to_owned(),
                backend: self.cell.backend().to_owned(),
                incarnation: self.incarnation,
                from,
                to,
                why,
            }));
            hub.follow_hearts();
            hub.tell();
        }
    }
}

impl<S> Held<S> {
    fn remaining(&self) -> Duration {
        self.term.remaining()
    }
}

/// In steps, for a suspension counts for the fence, and not for a timer.
async fn fallen(term: &Term) {
    while term.is_member() {
        tokio::time::sleep(term.remaining().min(TICK)).await;
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
