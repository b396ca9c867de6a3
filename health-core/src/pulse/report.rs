use std::borrow::Cow;
use std::time::Duration;

/// How a worker under a [`Pulse`](crate::Pulse) stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PulseState {
    /// Nothing is under way; it may stay so for ever.
    Waiting,
    /// Something is under way: the oldest, and for how long it has been.
    Working {
        /// What [`Pulse::begin`](crate::Pulse::begin) called it.
        what: &'static str,
        /// Since it was first seen.
        so_long: Duration,
    },
    /// The same, for longer than it may be: liveness fails.
    Overdue {
        /// What [`Pulse::begin`](crate::Pulse::begin) called it.
        what: &'static str,
        /// Since it was first seen.
        so_long: Duration,
    },
    /// It was dropped without `finish()`, and no other of its name is there.
    Died {
        /// Since that was seen.
        ago: Duration,
    },
}

impl PulseState {
    /// The lower-case name, as it is used in events and reports.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Working { .. } => "working",
            Self::Overdue { .. } => "overdue",
            Self::Died { .. } => "died",
        }
    }
}

/// One pulse as a [`Snapshot`](crate::Snapshot) shows it, up to a second old.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PulseReport {
    pub(crate) name: Cow<'static, str>,
    pub(crate) state: PulseState,
}

impl PulseReport {
    /// The name under which it was declared.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it stands.
    #[must_use]
    pub fn state(&self) -> PulseState {
        self.state
    }
}
