use std::fmt;

/// Where a service is between start and end. It moves forward, in this order, with two exceptions: a start-up task that is
/// declared before any probe heard that start-up is over takes it back from serving to starting, and
/// [`Health::resume`](crate::Health::resume) takes it back from draining, unless a shutdown has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Start-up has not succeeded yet: not ready.
    Starting,
    /// The ordinary state; readiness follows the checks.
    Serving,
    /// Not ready, but still accepting and serving: the lame duck of a shutdown, until the load balancers have noticed, or
    /// [maintenance](crate::Health::begin_drain).
    Draining,
    /// No longer accepting; what is in flight goes on.
    Closing,
    /// Nothing is in flight any more, or the deadline has passed.
    Closed,
}

impl Phase {
    /// The lower-case name, as it is used in events and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Serving => "serving",
            Self::Draining => "draining",
            Self::Closing => "closing",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
