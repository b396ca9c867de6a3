//! The signal of calls to others: the health of a dependency, from real calls, and without a probe.
//!
//! Whoever calls says how each call ended; [`Counts`](counts::Counts) has that without a line that all threads share. Once a second a
//! readiness check asks [`Judgement`](judgement::Judgement), which is pure, what has come of it.

mod builder;
mod call;
mod counts;
mod handle;
mod judgement;
mod recent;
mod watch;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use builder::DependencyBuilder;
pub use call::Call;
pub use counts::Calls;
pub use handle::Dependency;

/// Those that are observed, by name: each has a check of that name, which was added in the same moment. Its lock may be taken under that
/// of the hub, and never the other way round.
#[derive(Debug, Default)]
pub(crate) struct Dependencies(Mutex<Vec<Dependency>>);

/// What they count on is leaked, and names may be made from data.
pub(crate) const MOST_DEPENDENCIES: usize = 100;

impl Dependencies {
    fn find(&self, name: &str) -> Option<Dependency> {
        self.lock().iter().find(|one| one.name() == name).copied()
    }

    /// Makes one, and keeps it; `None` where there are too many.
    fn note(&self, new: impl FnOnce() -> Dependency) -> Option<Dependency> {
        let mut all = self.lock();
        (all.len() < MOST_DEPENDENCIES).then(|| {
            let dependency = new();
            all.push(dependency);
            dependency
        })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Dependency>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
