//! Counts answers, so that a run that asked nothing proves nothing.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use health_tower::Probe;

use crate::judge::Verdict;
use crate::truth::Known;

/// What the probers of one kind were told.
#[derive(Debug)]
pub(crate) struct Tally {
    kind: &'static str,
    answers: [[AtomicUsize; 2]; 4],
    verdicts: [AtomicUsize; 4],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Live,
    Ready,
    Startup,
    External,
}

impl Asked {
    const ALL: [Self; 4] = [Self::Live, Self::Ready, Self::Startup, Self::External];

    pub(crate) fn probe(self) -> Probe {
        match self {
            Self::Live => Probe::Liveness,
            Self::Ready => Probe::Readiness,
            Self::Startup => Probe::Startup,
            Self::External => Probe::External,
        }
    }

    /// What the driver knows of this probe.
    pub(crate) fn known(self, known: Known) -> Option<bool> {
        known.ready().filter(|_| self == Self::Ready)
    }
}

impl Tally {
    pub(crate) fn new(kind: &'static str) -> Self {
        Self {
            kind,
            answers: Default::default(),
            verdicts: Default::default(),
        }
    }

    pub(crate) fn answered(&self, asked: Asked, up: bool) {
        self.answers[asked as usize][usize::from(up)].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn judged(&self, verdict: Verdict) {
        let index = match verdict {
            Verdict::Truth { over: false } => 0,
            Verdict::Truth { over: true } => 1,
            Verdict::Snapshot => 2,
            Verdict::Open => 3,
        };
        self.verdicts[index].fetch_add(1, Ordering::Relaxed);
    }

    fn answers(&self, asked: Asked, up: bool) -> usize {
        self.answers[asked as usize][usize::from(up)].load(Ordering::Relaxed)
    }

    fn verdicts(&self) -> [usize; 4] {
        self.verdicts
            .each_ref()
            .map(|count| count.load(Ordering::Relaxed))
    }

    /// Whether those that start-up has to do with were asked before start-up was over.
    pub(crate) fn asked_before_start(&self) -> bool {
        self.answers(Asked::Startup, false) > 0
            && self.answers(Asked::Ready, false) > 0
            && self.answers(Asked::Live, true) > 0
    }

    /// Answers after the shutdown, to be followed while they are given.
    pub(crate) fn over(&self) -> usize {
        self.verdicts()[1]
    }

    /// There is enough of everything.
    pub(crate) fn assert_telling(&self) {
        for asked in Asked::ALL {
            for up in [true, false] {
                assert!(self.answers(asked, up) > 0, "{asked:?} {up}: {self}");
            }
        }
        let [truth, over, snapshot, open] = self.verdicts();
        assert!(truth > 0 && over > 0 && snapshot > 0, "{self}");
        // Without what is easy: after the end nothing changes.
        let checked = truth + snapshot;
        assert!(checked * 4 > checked + open, "too much was open: {self}");
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.kind)?;
        for asked in Asked::ALL {
            let [down, up] = [false, true].map(|up| self.answers(asked, up));
            write!(f, " {asked:?} {up} up {down} down,")?;
        }
        let [truth, over, snapshot, open] = self.verdicts();
        write!(
            f,
            " truth {truth}, over {over}, snapshot {snapshot}, open {open}"
        )
    }
}
