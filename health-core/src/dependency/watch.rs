use std::sync::{Arc, OnceLock};

use tokio::time::Instant;

use crate::dependency::judgement::Judgement;
use crate::dependency::recent::Ended;
use crate::runner::LagMeter;
use crate::{Calls, Dependency, Outcome};

/// Looks at what was counted, again and again.
#[derive(Debug)]
pub(crate) struct Watch {
    /// There before the first look: see [`DependencyBuilder::start`](crate::DependencyBuilder::start).
    dependency: Arc<OnceLock<Dependency>>,
    before: Calls,
    began: Instant,
    looked: Instant,
    /// Of the runtime that looks.
    lag: Arc<LagMeter>,
    judgement: Judgement,
}

impl Watch {
    pub(crate) fn new(dependency: Arc<OnceLock<Dependency>>, lag: Arc<LagMeter>) -> Self {
        let now = Instant::now();
        Self {
            dependency,
            before: Calls::default(),
            began: now,
            looked: now,
            lag,
            judgement: Judgement::default(),
        }
    }

    pub(crate) fn look(&mut self) -> Outcome {
        let Some(dependency) = self.dependency.get() else {
            return Outcome::Pass;
        };
        let now = Instant::now();
        let lost = self.lag.lost(self.looked, now);
        self.looked = now;
        let calls = dependency.calls();
        let before = std::mem::replace(&mut self.before, calls);
        let ended = Ended {
            completed: calls.completed - before.completed,
            failed: calls.failed - before.failed,
        };
        self.judgement
            .look(ended, lost, now - self.began, fastrand::f64())
    }
}
