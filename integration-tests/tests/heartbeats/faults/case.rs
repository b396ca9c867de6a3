use std::time::Duration;

use super::fault::Fault;

/// A fault, and what must come of it for those whose beats are earned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) fault: Fault,
    pub(crate) kinds: &'static [Kind],
    pub(crate) removed: Removed,
    pub(crate) blind: Removed,
    /// With the defaults no fence falls.
    pub(crate) calm: bool,
    /// The coordinator takes nobody's membership before its time, so that the fence can be in time.
    pub(crate) lawful: bool,
    /// It is a fault of the coordinator, or of the way to it: readiness does not change.
    pub(crate) elsewhere: bool,
}

/// Whether the list loses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Removed {
    Always,
    /// With the defaults.
    Never,
    /// It is measured.
    Perhaps,
}

/// How a member beats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Earned,
    /// The same, but membership is not given back by who is stalled.
    Silent,
    /// Readiness needs membership.
    Required,
    /// A timer.
    Blind,
}

impl Kind {
    pub(crate) fn args(self) -> &'static [&'static str] {
        match self {
            Self::Earned => &["earned"],
            // Later than anything here.
            Self::Silent => &["earned", "revoke=86400000"],
            Self::Required => &["earned", "required=true"],
            Self::Blind => &["blind"],
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Earned => "earned",
            Self::Silent => "silent",
            Self::Required => "required",
            Self::Blind => "blind",
        }
    }
}

/// How often, and for how long it is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) every: Duration,
    pub(crate) ttl: Duration,
}

/// The default is first.
pub(crate) const SETTINGS: [Setting; 2] = [
    Setting {
        every: Duration::from_secs(1),
        ttl: Duration::from_secs(10),
    },
    Setting {
        every: Duration::from_millis(500),
        ttl: Duration::from_secs(3),
    },
];

impl Setting {
    pub(crate) fn is_default(self) -> bool {
        self == SETTINGS[0]
    }
}
