use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::verdict::Evidence;

/// How the service is, from all signals together. It is a report: no probe's answer depends on it.
///
/// They are ordered from what needs nobody to what needs somebody most. [`Rule`](crate::Rule) has the rules behind each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing speaks against it.
    #[default]
    Healthy,
    /// It serves, worse than it should.
    Degraded,
    /// It has more to do than it can, and does what it takes on: leave it be. Taking it out would only move its load to the others.
    Overloaded,
    /// Checks and probes say that all is well, and real requests fail, or come to no end.
    Gray,
    /// It says so itself: by a critical check, a fatal error, or a runtime that stands still.
    Down,
}

impl Verdict {
    /// The lower-case name, as it is used in events and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Overloaded => "overloaded",
            Self::Gray => "gray",
            Self::Down => "down",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A [`Verdict`], since when it holds, and why.
#[derive(Clone, Debug)]
pub struct VerdictReport {
    pub(crate) verdict: Verdict,
    pub(crate) since: Instant,
    /// When the evidence was last renewed.
    pub(crate) renewed: Instant,
    pub(crate) evidence: Arc<[Evidence]>,
}

impl VerdictReport {
    /// Nothing is known yet that would speak against it.
    pub(crate) fn healthy(since: Instant) -> Self {
        Self {
            verdict: Verdict::Healthy,
            since,
            renewed: since,
            evidence: Arc::default(),
        }
    }

    /// How the service is.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// For how long it has been so.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.since.elapsed()
    }

    /// The rules that are met, with their figures, as they were when they were last met, or up to five seconds ago; the one that decided is
    /// first. Empty for [`Verdict::Healthy`].
    #[must_use]
    pub fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }
}

impl fmt::Display for VerdictReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.verdict)?;
        let mut between = ": ";
        for evidence in &*self.evidence {
            write!(f, "{between}{evidence}")?;
            between = "; ";
        }
        Ok(())
    }
}
