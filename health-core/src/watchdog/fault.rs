use std::fmt;

/// What kind of fault a restart would cure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// No worker of a runtime turns.
    RuntimeStalled,
    /// One worker hangs in a poll, while others turn.
    WorkerStuck,
    /// A piece of work under a [`Pulse`](crate::Pulse) takes too long.
    PulseOverdue,
    /// A [`Pulse`](crate::Pulse) was dropped without `finish()`, and nobody took its place.
    PulseDied,
}

impl FaultKind {
    /// The lower-case name, as it is used in events and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RuntimeStalled => "runtime_stalled",
            Self::WorkerStuck => "worker_stuck",
            Self::PulseOverdue => "pulse_overdue",
            Self::PulseDied => "pulse_died",
        }
    }
}

/// What the watchdog found, and for which liveness fails until it is over. `Display` says it in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub(crate) kind: FaultKind,
    pub(crate) what: String,
}

impl Fault {
    /// Which kind it is.
    #[must_use]
    pub fn kind(&self) -> FaultKind {
        self.kind
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}
