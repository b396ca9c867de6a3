use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use health_core::{Check, Health, HealthBuilder, Probe, Snapshot};

/// Only the checks that a test names.
pub(crate) fn builder() -> HealthBuilder {
    Health::builder().linked(false)
}

/// Waits until a snapshot is as wanted. In paused time the clock runs ahead to the moment when it is.
pub(crate) async fn until(health: &Health, wanted: impl Fn(&Snapshot) -> bool) -> Snapshot {
    let mut changes = health.subscribe();
    let mut snapshot = changes.latest();
    let search = async {
        while !wanted(&snapshot) {
            snapshot = changes.changed().await.expect("there is a `Health`");
        }
    };
    let found = tokio::time::timeout(Duration::from_secs(600), search).await;
    assert!(found.is_ok(), "it never became as wanted: {snapshot:?}");
    snapshot
}

pub(crate) fn ready(health: &Health) -> bool {
    health.status(Probe::Readiness).is_up()
}

/// A readiness check that passes while the switch is on, and counts its runs.
pub(crate) struct Switch {
    pub(crate) on: Arc<AtomicBool>,
    pub(crate) runs: Arc<AtomicUsize>,
}

impl Switch {
    pub(crate) fn new(on: bool) -> Self {
        Self {
            on: Arc::new(AtomicBool::new(on)),
            runs: Arc::default(),
        }
    }

    pub(crate) fn set(&self, on: bool) {
        self.on.store(on, Ordering::SeqCst);
    }

    pub(crate) fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }

    pub(crate) fn check(&self, name: &'static str) -> Check {
        let (on, runs) = (Arc::clone(&self.on), Arc::clone(&self.runs));
        Check::readiness(name, move || {
            runs.fetch_add(1, Ordering::SeqCst);
            let on = on.load(Ordering::SeqCst);
            async move { if on { Ok(()) } else { Err("switched off") } }
        })
    }
}
