//! What all probers share: what is true, and what was not.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use health_tower::{Health, Probe, StatusBoard, Subscription};

use crate::calm::Calms;
use crate::truth::{Known, Truth};

#[derive(Debug)]
pub(crate) struct Witness {
    pub(crate) truth: Truth,
    pub(crate) stop: AtomicBool,
    pub(crate) started: AtomicBool,
    board: StatusBoard,
    subscription: Subscription,
    violations: Mutex<Vec<(Option<Known>, String)>>,
    flips: Mutex<Vec<Arc<AtomicUsize>>>,
}

impl Witness {
    pub(crate) fn new(health: &Health) -> Self {
        Self {
            truth: Truth::default(),
            stop: AtomicBool::new(false),
            started: AtomicBool::new(false),
            board: health.board(),
            subscription: health.subscribe(),
            violations: Mutex::default(),
            flips: Mutex::default(),
        }
    }

    /// What the board says.
    pub(crate) fn says(&self, probe: Probe) -> bool {
        self.board.status(probe).is_up()
    }

    pub(crate) fn subscribe(&self) -> Subscription {
        self.subscription.clone()
    }

    /// One more prober, who counts here.
    pub(crate) fn prober(&self) -> Arc<AtomicUsize> {
        let flips = Arc::default();
        self.flips.lock().unwrap().push(Arc::clone(&flips));
        flips
    }

    /// How often readiness has changed in each prober's eyes.
    pub(crate) fn flips(&self) -> Vec<usize> {
        let flips = self.flips.lock().unwrap();
        flips
            .iter()
            .map(|flips| flips.load(Ordering::SeqCst))
            .collect()
    }

    /// `known` is what it was held against, if that was the truth.
    pub(crate) fn violation(&self, known: Option<Known>, what: String) {
        self.violations.lock().unwrap().push((known, what));
    }

    /// Start-up never goes back, whoever heard of it.
    pub(crate) fn judge_startup(&self, had_started: bool, up: bool) {
        if had_started && !up {
            self.violation(None, "start-up went back".to_owned());
        }
        self.started.fetch_or(up, Ordering::SeqCst);
    }

    /// An answer that said down in a calm that was none is no violation.
    pub(crate) fn assert_no_violation(&self, calms: &Calms) {
        let mut violations = self.violations.lock().unwrap();
        let excused = |known: Known| known.ready() == Some(true) && calms.spoilt(known);
        violations.retain(|(known, _)| !known.is_some_and(excused));
        let first = &violations[..violations.len().min(10)];
        assert!(first.is_empty(), "{} in all: {first:#?}", violations.len());
    }
}
