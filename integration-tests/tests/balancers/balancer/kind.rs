use std::net::SocketAddr;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    HAProxy,
    Envoy,
    Nginx,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::HAProxy => "HAProxy",
            Self::Envoy => "Envoy",
            Self::Nginx => "nginx",
        }
    }
}

/// How often Envoy asks for readiness.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Checks {
    /// Every 200 ms; the first answer counts.
    Prompt,
    /// Once, and then after an hour; the third answer counts.
    Slow,
}

/// Where clients connect, and which kind of request they send. What the balancer speaks to the instances is in the name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lane {
    pub(crate) name: &'static str,
    pub(crate) addr: SocketAddr,
    pub(crate) grpc: bool,
    /// Whether HTTP can become something else.
    pub(crate) sockets: bool,
}
