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

use std::sync::{Mutex, PoisonError};

pub use builder::DependencyBuilder;
pub use call::Call;
pub use counts::Calls;
pub use handle::Dependency;

/// Those that are observed, by name. The lock is not held while a check is added: that may call into the application's log.
#[derive(Debug, Default)]
pub(crate) struct Dependencies(Mutex<Vec<Dependency>>);

/// What they count on is leaked, and names may be made from data.
pub(crate) const MOST_DEPENDENCIES: usize = 100;

/// What somebody finds who wants to observe one.
enum Found {
    Known(Dependency),
    /// It is new, and noted.
    New(Dependency),
    Full,
}

impl Dependencies {
    fn find_or_note(&self, name: &str, new: impl FnOnce() -> Dependency) -> Found {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match all.iter().find(|one| one.name() == name).copied() {
            Some(known) => Found::Known(known),
            None if all.len() >= MOST_DEPENDENCIES => Found::Full,
            None => {
                let dependency = new();
                all.push(dependency);
                Found::New(dependency)
            }
        }
    }

    fn find(&self, name: &str) -> Option<Dependency> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|one| one.name() == name).copied()
    }

    fn forget(&self, name: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|one| one.name() != name);
    }
}
