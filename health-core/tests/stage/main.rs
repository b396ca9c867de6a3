//! What users' tests stand on: outcomes that are forced, and time that is driven.

#![cfg(feature = "test")]
#![allow(clippy::unwrap_used, reason = "a test")]

mod driven;
mod elsewhere;
mod forced;
mod refused;
mod released;
mod startup;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use health_core::test::Stage;
use health_core::{Check, Health, Probe};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// How often a check's own function was called.
#[derive(Clone, Default)]
struct Calls(Arc<AtomicUsize>);

impl Calls {
    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// A readiness check that passes.
    fn passing(&self, name: &'static str) -> Check {
        let calls = self.clone();
        Check::readiness(name, move || {
            calls.0.fetch_add(1, Ordering::SeqCst);
            async { true }
        })
    }

    /// A liveness check that passes.
    fn alive(&self, name: &'static str) -> Check {
        let calls = Arc::clone(&self.0);
        let count = |calls: &Arc<AtomicUsize>| calls.fetch_add(1, Ordering::SeqCst) < usize::MAX;
        Check::liveness(name, calls, count)
    }
}

fn stage(checks: impl IntoIterator<Item = Check>) -> Stage {
    let builder = checks
        .into_iter()
        .fold(Health::builder().linked(false), |builder, check| {
            builder.check(check)
        });
    Stage::start(builder).unwrap()
}

fn is_up(stage: &Stage, probe: Probe) -> bool {
    let board = stage.health().status(probe).is_up();
    let snapshot = stage.health().snapshot().status(probe).is_up();
    assert_eq!(board, snapshot, "{probe}");
    board
}
