use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::Phase;
use crate::heartbeat::call::{Answer, call};
use crate::heartbeat::fence::Fence;
use crate::heartbeat::gate::Earned;
use crate::heartbeat::heart::{Ending, Heart, Held, TICK};
use crate::heartbeat::tenure::Term;
use crate::heartbeat::{Ack, Backend, HeartbeatState, Joined, Member};

/// Joining is several round trips: a connection, a lease, an entry.
const TRIPS: u32 = 5;

impl<B: Backend> Heart<B> {
    /// Waits until something earns it, and it is time.
    pub(super) async fn earn_a_join(&mut self) -> ControlFlow<()> {
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
    pub(super) async fn join(&mut self) -> ControlFlow<(), Option<Held<B::Session>>> {
        self.pace.asks();
        self.incarnation += 1;
        let incarnation = self.incarnation;
        self.cell
            .change(|account| account.incarnation = incarnation);
        let member = Member {
            name: self.settings.name.clone(),
            incarnation,
            ttl: self.settings.ttl,
            ack_timeout: self.settings.ack_timeout(),
            vitals: (self.from.vitals)(),
        };
        let stage = member.vitals.stage();
        let sent = self.from.clock.now();
        let limit = self.settings.ack_timeout() * TRIPS;
        let asked = call(limit, async { self.backend.join(&member).await });
        let answer = tokio::select! {
            biased;
            () = self.from.leaving.cancelled() => return ControlFlow::Break(()),
            answer = asked => answer,
        };
        let problem = answer.problem();
        let why = match answer {
            Answer::Given(joined) => match self.joined(sent, stage, joined) {
                Ok(held) => {
                    self.refused = false;
                    return ControlFlow::Continue(Some(held));
                }
                Err(why) => why,
            },
            _ => problem.unwrap_or_default(),
        };
        self.fail(&why);
        // Once, however often it is refused.
        if !std::mem::replace(&mut self.refused, true) {
            self.say(HeartbeatState::Joining, HeartbeatState::Joining, why);
        }
        self.rejoin_at = Instant::now() + self.pace.rejoin(fastrand::f64());
        ControlFlow::Continue(None)
    }

    fn joined(
        &mut self,
        sent: Duration,
        stage: (Phase, bool),
        joined: Joined<B::Session>,
    ) -> Result<Held<B::Session>, String> {
        let Joined {
            session,
            ack: Ack { granted },
            token,
            warning,
        } = joined;
        let now = self.from.clock.now();
        let Some((fence, until)) = Fence::joined(sent, now, granted) else {
            let took = now.saturating_sub(sent);
            return Err(format!(
                "a TTL of {granted:?} was granted, after {took:.1?}: nothing of it is left"
            ));
        };
        self.pace.granted(granted);
        let term = Term::new(self.incarnation, token, until, self.from.clock.clone());
        self.cell.change(|account| {
            account.term = Some(Arc::clone(&term));
            account.acked_at = Some(now);
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
        let held = Held {
            term: Ending(term),
            session,
            fence,
            warning,
            stage,
        };
        self.heed(&held);
        Ok(held)
    }
}
