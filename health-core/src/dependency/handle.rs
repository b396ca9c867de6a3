use std::fmt;

use crate::dependency::counts::{Counts, End};
use crate::{Call, Calls, Impact, Scope};

/// Something that this service calls, and whose health is what comes of the calls; from [`Health::dependency`](crate::Health::dependency).
///
/// A cheap `Copy` that holds no [`Health`](crate::Health). What it counts on is leaked, once for each name: 128 bytes for each stripe, 4
/// stripes for each core.
#[derive(Clone, Copy)]
pub struct Dependency(&'static Observed);

struct Observed {
    name: String,
    scope: Scope,
    impact: Impact,
    counts: Counts,
}

impl Dependency {
    pub(crate) fn leak(name: String, scope: Scope, impact: Impact) -> Self {
        Self(Box::leak(Box::new(Observed {
            name,
            scope,
            impact,
            counts: Counts::new(),
        })))
    }

    /// Its name, and that of its check.
    #[must_use]
    pub fn name(self) -> &'static str {
        &self.0.name
    }

    /// Whether all replicas share it.
    #[must_use]
    pub fn scope(self) -> Scope {
        self.0.scope
    }

    /// What follows when it is down.
    #[must_use]
    pub fn impact(self) -> Impact {
        self.0.impact
    }

    /// A call to it begins. It counts when the returned value is dropped, as it [ended](Call::end).
    #[inline]
    pub fn call(self) -> Call {
        Call::new(self)
    }

    /// How many calls have ended, ever.
    #[must_use]
    pub fn calls(self) -> Calls {
        self.0.counts.totals()
    }

    #[inline]
    pub(crate) fn count(self, end: End) {
        self.0.counts.add(end);
    }
}

impl fmt::Debug for Dependency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dependency")
            .field("name", &self.0.name)
            .field("calls", &self.calls())
            .finish_non_exhaustive()
    }
}
