use std::time::Duration;

/// What a failing check does to the probe that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Impact {
    /// The probe is down while the check is.
    Critical,
    /// The probe stays up; the service is degraded. Refused where nothing would be left to answer: start-up succeeds or it
    /// doesn't, and an external check is all that its probe has.
    Degrades,
    /// Nothing follows from it: how a team introduces a new check. An external one that is only observed does not bring its
    /// probe into being.
    Observe,
}

impl Impact {
    /// The lower-case name, as it is written in options and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Degrades => "degrades",
            Self::Observe => "observe",
        }
    }
}

/// Whether what a check looks at belongs to this instance, or is shared by all replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// Only this instance: leaving the load balancer helps.
    Local,
    /// A dependency of every replica: if all leave at once, nobody is left. The default impact is then [`Impact::Degrades`].
    /// Only readiness checks can have it, since no others make a replica leave.
    Shared,
}

impl Scope {
    /// The lower-case name, as it is written in options and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Shared => "shared",
        }
    }
}

/// What somebody asked for, before defaults. Written by the macros and by [`Check`](crate::Check)'s setters.
#[derive(Clone, Copy, Debug, Default)]
#[allow(
    missing_docs,
    reason = "only macros see it; the setters of `Check` are documented"
)]
pub struct Options {
    pub timeout: Option<Duration>,
    pub every: Option<Duration>,
    /// Percent of the interval.
    pub jitter: Option<u8>,
    pub backoff: Option<Duration>,
    pub fail_after: Option<u32>,
    pub pass_after: Option<u32>,
    pub stale_after: Option<Duration>,
    pub initial_delay: Option<Duration>,
    pub impact: Option<Impact>,
    pub scope: Option<Scope>,
}

impl Options {
    /// Nothing asked for.
    pub const NONE: Self = Self {
        timeout: None,
        every: None,
        jitter: None,
        backoff: None,
        fail_after: None,
        pass_after: None,
        stale_after: None,
        initial_delay: None,
        impact: None,
        scope: None,
    };
}
