use std::time::Duration;

/// Whose health service it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    Tonic,
    Axum,
    Hyper,
    Probes,
    TonicHealth,
}

impl Server {
    pub(crate) const ALL: [Self; 5] = [
        Self::Tonic,
        Self::Axum,
        Self::Hyper,
        Self::Probes,
        Self::TonicHealth,
    ];

    /// As the host calls it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tonic => "tonic",
            Self::Axum => "axum",
            Self::Hyper => "hyper",
            Self::Probes => "probes",
            Self::TonicHealth => "tonic-health",
        }
    }

    pub(crate) fn is_ours(self) -> bool {
        self != Self::TonicHealth
    }

    pub(crate) fn has_application(self) -> bool {
        self != Self::Probes
    }

    /// How long to wait for what must come; where it need not, there is a limit to curiosity.
    pub(crate) fn patience(self) -> Duration {
        Duration::from_secs(if self.is_ours() { 20 } else { 2 })
    }
}
