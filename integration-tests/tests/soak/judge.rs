//! Holds each answer against what was true while it was asked for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt as _;
use health_tower::{Snapshot, Subscription};
use tokio::task::unconstrained;

use crate::details::Shown;
use crate::follows::must_be_up;
use crate::tally::Asked;
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

/// One prober's view.
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

/// The same for an answer with details.
pub(crate) struct BeforeDetails {
    known: Known,
    snapshot: Snapshot,
}

impl Judge {
    pub(crate) fn new(witness: &Witness) -> Self {
        Self {
            subscription: witness.subscribe(),
            last: false,
            flips: witness.prober(),
        }
    }

    pub(crate) fn before(&mut self, asked: Asked, witness: &Witness) -> Before {
        let known = witness.truth.get();
        let snapshot = self.look(asked, witness).status(asked.probe()).is_up();
        let board = witness.says(asked.probe());
        self.see(asked, board);
        Before {
            known,
            snapshot,
            board,
        }
    }

    /// The same for an answer that is read from a snapshot, and not from the board.
    pub(crate) fn before_details(&mut self, asked: Asked, witness: &Witness) -> BeforeDetails {
        let known = witness.truth.get();
        let snapshot = self.look(asked, witness);
        self.see(asked, snapshot.status(asked.probe()).is_up());
        BeforeDetails { known, snapshot }
    }

    /// The snapshot of now, which must say what follows from what it shows.
    fn look(&mut self, asked: Asked, witness: &Witness) -> Snapshot {
        let snapshot = self.subscription.latest();
        let probe = asked.probe();
        let (is, must_be) = (snapshot.status(probe).is_up(), must_be_up(&snapshot, probe));
        // Of start-up, only the board knows who was told what.
        if asked != Asked::Startup && is != must_be {
            let what = format!("{probe} is up: {is}, and must be: {must_be}, in {snapshot:?}");
            witness.violation(None, what);
        }
        snapshot
    }

    fn see(&mut self, asked: Asked, up: bool) {
        if asked != Asked::Ready {
            return;
        }
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
    pub(crate) fn judge(
        &mut self,
        asked: Asked,
        before: &Before,
        answer: bool,
        witness: &Witness,
    ) -> Verdict {
        let board = witness.says(asked.probe());
        let known = witness.truth.get_after();
        let quiet = self.is_quiet();
        self.see(asked, answer);
        self.see(asked, board);
        let seen = [before.snapshot, before.board, answer, board];
        if let Some(ready) = asked.known(known).filter(|_| known == before.known) {
            if seen != [ready; 4] {
                let what = format!("ready is {ready}; snapshot, board, answer, board: {seen:?}");
                witness.violation(Some(known), what);
            }
            return Verdict::Truth {
                over: known.is_over(),
            };
        }
        if !quiet || before.board != before.snapshot || board != before.snapshot {
            return Verdict::Open;
        }
        if answer != board {
            let what = format!("{asked:?}: answered {answer}, all say {board}");
            witness.violation(None, what);
        }
        Verdict::Snapshot
    }

    /// Where no snapshot was published meanwhile, the answer is of the one that there was.
    pub(crate) fn judge_details(
        &mut self,
        asked: Asked,
        before: &BeforeDetails,
        answer: Shown,
        witness: &Witness,
    ) -> Verdict {
        let known = witness.truth.get_after();
        let quiet = self.is_quiet();
        self.see(asked, answer.up);
        let (up, failing) = Shown::of(&before.snapshot, asked.probe());
        if quiet && (answer.up, answer.failing) != (up, failing) {
            let what = format!("{asked:?}: up is {up}, {failing} checks fail; shown {answer:?}");
            witness.violation(None, what);
        }
        match asked.known(known).filter(|_| known == before.known) {
            Some(ready) => {
                if answer.up != ready {
                    let what = format!("ready is {ready}; shown {answer:?}");
                    witness.violation(Some(known), what);
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
