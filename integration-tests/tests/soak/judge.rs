//! Holds each answer against what was true while it was asked for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt as _;
use health_tower::{Probe, Snapshot, Subscription};
use tokio::task::unconstrained;

use crate::details::Shown;
use crate::truth::Known;
use crate::witness::Witness;

/// How much could be said about an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was held against the truth.
    Truth { over: bool },
    /// It was held against the one snapshot that there was.
    Snapshot,
    /// Something changed meanwhile: both answers are right, by themselves. All of them together are held against the log, over
    /// each calm and at the end: there are no more flips than transitions.
    Open,
}

/// One prober's view of readiness.
pub(crate) struct Judge {
    subscription: Subscription,
    last: bool,
    /// How often readiness has changed in this prober's eyes. It began with down.
    flips: Arc<AtomicUsize>,
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
            flips: witness.prober(),
        }
    }

    pub(crate) fn before(&mut self, witness: &Witness) -> Before {
        let before = Before {
            known: witness.truth.get(),
            snapshot: self.subscription.latest().status(Probe::Readiness).is_up(),
            board: witness.ready(),
        };
        self.see(before.board);
        before
    }

    /// The same for an answer that is read from a snapshot, and not from the board.
    pub(crate) fn before_details(&mut self, witness: &Witness) -> (Known, Snapshot) {
        let before = (witness.truth.get(), self.subscription.latest());
        self.see(before.1.status(Probe::Readiness).is_up());
        before
    }

    fn see(&mut self, up: bool) {
        let flip = usize::from(up != self.last);
        self.flips.fetch_add(flip, Ordering::SeqCst);
        self.last = up;
    }

    /// Whether no snapshot was published since the last was looked at.
    fn is_quiet(&mut self) -> bool {
        // Takes the lock under which snapshots are sent: whoever read what was written after one was sent finds it sent.
        drop(self.subscription.current());
        // Unconstrained: a task that has used up its budget would be told that nothing has changed.
        unconstrained(self.subscription.changed())
            .now_or_never()
            .is_none()
    }

    /// Where no snapshot was published meanwhile, at most one was under way: written to the board, but not yet sent. If the board
    /// said before and after what the snapshot says, it said so all the time.
    pub(crate) fn judge(&mut self, before: &Before, answer: bool, witness: &Witness) -> Verdict {
        let board = witness.ready();
        let known = witness.truth.get_after();
        let quiet = self.is_quiet();
        self.see(answer);
        self.see(board);
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
        if !quiet || before.board != before.snapshot || board != before.snapshot {
            return Verdict::Open;
        }
        if answer != board {
            witness.violation(known, format!("answered {answer}, all say {board}"));
        }
        Verdict::Snapshot
    }

    /// Where no snapshot was published meanwhile, the answer is of the one that there was.
    pub(crate) fn judge_details(
        &mut self,
        (known_before, snapshot): &(Known, Snapshot),
        answer: Shown,
        witness: &Witness,
    ) -> Verdict {
        let known = witness.truth.get_after();
        let quiet = self.is_quiet();
        self.see(answer.up);
        let (up, failing) = Shown::readiness(snapshot);
        if quiet && (answer.up, answer.failing) != (up, failing) {
            let what = format!("up is {up}, {failing} checks fail; shown {answer:?}");
            witness.violation(known, what);
        }
        match known.ready().filter(|_| known == *known_before) {
            Some(ready) => {
                if answer.up != ready {
                    witness.violation(known, format!("ready is {ready}; shown {answer:?}"));
                }
                Verdict::Truth {
                    over: known.is_over(),
                }
            }
            None if quiet => Verdict::Snapshot,
            None => Verdict::Open,
        }
    }
}
