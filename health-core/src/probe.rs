use std::fmt;

/// The four questions that are asked of a service, each with its own answer.
///
/// They are kept apart on purpose: an orchestrator *restarts* on [`Liveness`](Probe::Liveness) and *routes around*
/// on [`Readiness`](Probe::Readiness). A service that answers both from one function is restarted because its
/// database is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Probe {
    /// Would a restart help?
    Liveness,
    /// Should traffic be sent here now?
    Readiness,
    /// Has the service finished starting? Never goes back once it has.
    Startup,
    /// Does the path that a real user takes work?
    External,
}

impl Probe {
    /// All probes, in the order in which they are documented.
    pub const ALL: [Self; 4] = [
        Self::Liveness,
        Self::Readiness,
        Self::Startup,
        Self::External,
    ];

    /// The lower-case name, as it is used in events, paths and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Liveness => "liveness",
            Self::Readiness => "readiness",
            Self::Startup => "startup",
            Self::External => "external",
        }
    }

    /// The probe's place in [`ALL`](Self::ALL), for tables with one row a probe.
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The answer to one [`Probe`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProbeStatus {
    /// Yes.
    Up,
    /// No.
    Down,
    /// Nobody declared anything that could answer. Only [`Probe::External`] can be absent.
    Absent,
}

impl ProbeStatus {
    /// Whether the answer is yes.
    #[must_use]
    pub const fn is_up(self) -> bool {
        matches!(self, Self::Up)
    }

    /// The lower-case name, as it is used in events and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Absent => "absent",
        }
    }
}

impl fmt::Display for ProbeStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
