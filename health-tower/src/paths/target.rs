use std::fmt;

use crate::Probe;

/// What a path of the layer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Probe(Probe),
    #[cfg(feature = "switch")]
    Switch(Turn),
}

/// What the drain switch is asked for.
#[cfg(feature = "switch")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Drain,
    Resume,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Probe(probe) => write!(f, "{probe}"),
            #[cfg(feature = "switch")]
            Self::Switch(Turn::Drain) => f.write_str("drain switch"),
            #[cfg(feature = "switch")]
            Self::Switch(Turn::Resume) => f.write_str("resume switch"),
        }
    }
}
