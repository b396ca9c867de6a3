use tokio::time::Instant;

use crate::dependency::judgement::Judgement;
use crate::dependency::recent::Ended;
use crate::{Calls, Dependency, Outcome};

/// Looks at what was counted, again and again.
#[derive(Debug)]
pub(crate) struct Watch {
    dependency: Dependency,
    before: Calls,
    began: Instant,
    judgement: Judgement,
}

impl Watch {
    pub(crate) fn new(dependency: Dependency) -> Self {
        Self {
            dependency,
            before: dependency.calls(),
            began: Instant::now(),
            judgement: Judgement::default(),
        }
    }

    pub(crate) fn look(&mut self) -> Outcome {
        let calls = self.dependency.calls();
        let before = std::mem::replace(&mut self.before, calls);
        let ended = Ended {
            completed: calls.completed - before.completed,
            failed: calls.failed - before.failed,
        };
        self.judgement
            .look(ended, self.began.elapsed(), fastrand::f64())
    }
}
