//! Holds each answer against what was true while it was asked for.

use futures_util::FutureExt as _;
use health_tower::{Probe, Subscription};
use tokio::task::unconstrained;

use crate::truth::Known;
use crate::witness::Witness;

/// How much could be said about an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was held against the truth.
    Truth { over: bool },
    /// It was held against the one snapshot that there was.
    Snapshot,
    /// Something changed meanwhile: both answers are right.
    Open,
}

/// One prober's view of readiness.
pub(crate) struct Judge {
    subscription: Subscription,
    last: bool,
    flips: usize,
}

/// What was the case before a request.
pub(crate) struct Before {
    known: Known,
    snapshot: bool,
    board: bool,
}

impl Judge {
    pub(crate) fn new(witness: &Witness) -> Self {
        Self {
            subscription: witness.subscribe(),
            last: false,
            flips: 0,
        }
    }

    /// How often readiness has changed in this prober's eyes. It began with down.
    pub(crate) fn flips(&self) -> usize {
        self.flips
    }

    pub(crate) fn before(&mut self, witness: &Witness) -> Before {
        Before {
            known: witness.truth.get(),
            snapshot: self.subscription.latest().status(Probe::Readiness).is_up(),
            board: witness.ready(),
        }
    }

    /// Where no snapshot was published meanwhile, at most one was under way: written to the board, but not yet sent. If the board
    /// said before and after what the snapshot says, it said so all the time.
    pub(crate) fn judge(&mut self, before: &Before, answer: bool, witness: &Witness) -> Verdict {
        let board = witness.ready();
        let known = witness.truth.get_after();
        // Takes the lock under which snapshots are sent: whoever read what was written after one was sent finds it sent.
        drop(self.subscription.current());
        // Unconstrained: a task that has used up its budget would be told that nothing has changed.
        let quiet = unconstrained(self.subscription.changed()).now_or_never();
        for seen in [before.board, answer, board] {
            self.flips += usize::from(seen != self.last);
            self.last = seen;
        }
        let seen = [before.snapshot, before.board, answer, board];
        if let Some(ready) = known.ready().filter(|_| known == before.known) {
            if seen != [ready; 4] {
                let what = format!("ready is {ready}; snapshot, board, answer, board: {seen:?}");
                witness.violation(known, what);
            }
            return Verdict::Truth {
                over: known.is_over(),
            };
        }
        if quiet.is_some() || before.board != before.snapshot || board != before.snapshot {
            return Verdict::Open;
        }
        if answer != board {
            witness.violation(known, format!("answered {answer}, all say {board}"));
        }
        Verdict::Snapshot
    }
}
