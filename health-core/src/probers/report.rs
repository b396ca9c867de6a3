use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use crate::Probe;

/// One who asks, as a [`Snapshot`](crate::Snapshot) shows it: a user agent that asks one probe at one place.
///
/// All that send the same user agent are one prober here, such as the nodes of one load balancer; their interval is then the time
/// between any two of their questions.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProberReport {
    pub(crate) probe: Probe,
    pub(crate) place: Box<str>,
    pub(crate) grpc: bool,
    pub(crate) agent: Box<str>,
    pub(crate) asked: u64,
    pub(crate) interval: Option<Duration>,
    pub(crate) last: Instant,
    pub(crate) up: bool,
}

impl ProberReport {
    /// The probe that it asks.
    #[must_use]
    pub fn probe(&self) -> Probe {
        self.probe
    }

    /// Where it asks: a path, or over gRPC, the name of a service, which may be empty. Cut as the user agent is.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Whether it asks over gRPC.
    #[must_use]
    pub fn is_grpc(&self) -> bool {
        self.grpc
    }

    /// What it calls itself, cut at 64 bytes, with a blank for whatever could forge a line; empty where it doesn't say. Anybody can
    /// call themselves anything.
    #[must_use]
    pub fn user_agent(&self) -> &str {
        &self.agent
    }

    /// How often it has asked since it was first seen.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.asked
    }

    /// The time between two questions: the median of the last sixteen times at which the answer was yes. `None` before it has asked four
    /// times. What comes within 100 ms of another question counts as one with it.
    #[must_use]
    pub fn interval(&self) -> Option<Duration> {
        self.interval
    }

    /// How long ago it asked last.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.last.elapsed()
    }

    /// Whether it was told last that the probe is up.
    #[must_use]
    pub fn was_told_up(&self) -> bool {
        self.up
    }
}

/// One line, such as ``kube-probe/1.33 asks readiness at `/health/ready` every 5.0 s``.
impl fmt::Display for ProberReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { probe, place, .. } = self;
        let asker = named(&self.agent);
        match (self.grpc, &**place) {
            (false, path) => write!(f, "{asker} asks {probe} at `{path}`")?,
            (true, "") => write!(f, "{asker} asks {probe} over gRPC")?,
            (true, name) => write!(f, "{asker} asks {probe} over gRPC, as `{name}`")?,
        }
        match self.interval {
            Some(interval) => write!(f, " every {interval:.1?}"),
            None => write!(f, " now and then"),
        }
    }
}

/// What to call one who asks.
pub(crate) fn named(agent: &str) -> &str {
    if agent.is_empty() {
        "a prober without a user agent"
    } else {
        agent
    }
}

/// How often a probe was answered, over HTTP and gRPC alike, since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProbeAnswers {
    pub(crate) up: u64,
    pub(crate) down: u64,
}

impl ProbeAnswers {
    /// How often it was said to be up.
    #[must_use]
    pub fn up(&self) -> u64 {
        self.up
    }

    /// How often it was said to be down.
    #[must_use]
    pub fn down(&self) -> u64 {
        self.down
    }
}
