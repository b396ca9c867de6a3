/// Which of the four attributes it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Liveness,
    Readiness,
    Startup,
    External,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [
        Self::Liveness,
        Self::Readiness,
        Self::Startup,
        Self::External,
    ];

    /// The attribute's name.
    pub(crate) const fn attribute(self) -> &'static str {
        match self {
            Self::Liveness => "liveness_check",
            Self::Readiness => "readiness_check",
            Self::Startup => "startup_check",
            Self::External => "external_check",
        }
    }

    /// The variant of the facade's `Probe`.
    pub(crate) const fn variant(self) -> &'static str {
        match self {
            Self::Liveness => "Liveness",
            Self::Readiness => "Readiness",
            Self::Startup => "Startup",
            Self::External => "External",
        }
    }
}
