use std::ops::ControlFlow;
use std::time::Duration;

use tokio::time::Instant;

use crate::heartbeat::call::{Answer, call};
use crate::heartbeat::gate::Earned;
use crate::heartbeat::heart::{End, Heart, Held, TICK};
use crate::heartbeat::tenure::Term;
use crate::heartbeat::{Ack, Backend, HeartbeatState, Leaving, Session};

impl<B: Backend> Heart<B> {
    /// Beats until it is over.
    pub(super) async fn beat(&mut self, held: &mut Held<B::Session>) -> End {
        let mut next = Instant::now() + self.pace.interval(fastrand::f64());
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
            if (self.from.vitals)().stage() != held.stage {
                next = now;
            }
            if now < next {
                self.nap(next.min(now + TICK).min(now + held.term.remaining()))
                    .await;
                continue;
            }
            if let Earned::Not(age) = earned {
                if counted.is_none_or(|at| now >= at) {
                    counted = Some(now + self.pace.interval(0.5));
                    self.cell.change(|account| account.totals.withheld += 1);
                }
                self.turn(HeartbeatState::Withheld, || {
                    format!("no runtime has turned for {age:.1?}: nothing earns a beat")
                });
                self.nap(now + TICK.min(held.term.remaining())).await;
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
        held.stage = vitals.stage();
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
        self.pace.granted(granted);
        self.pace.acked();
        self.cell.change(|account| {
            account.totals.acked += 1;
            account.acked(now, now.saturating_sub(sent), held.fence.slowest());
        });
        self.turn(HeartbeatState::Member, || {
            "a beat was earned, and acked".to_owned()
        });
        self.heed(held);
        ControlFlow::Continue(began + self.pace.interval(fastrand::f64()))
    }

    pub(super) async fn leave(&mut self, session: B::Session, why: Leaving, bound: Duration) {
        let answer = call(bound, async { session.leave(why).await }).await;
        let Some(why) = answer.problem() else {
            return;
        };
        let why = format!("it could not leave, and is forgotten with its TTL: {why}");
        self.fail(&why);
        let state = self.cell.state();
        self.say(state, state, why);
    }
}

/// In steps, for a suspension counts for the fence, and not for a timer.
async fn fallen(term: &Term) {
    while term.is_member() {
        tokio::time::sleep(term.remaining().min(TICK)).await;
    }
}
