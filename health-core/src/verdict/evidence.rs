use std::fmt;

/// A rule behind a [`Verdict`](crate::Verdict), evaluated once a second.
///
/// What is said of traffic is said by two of the last three windows, the last among them. A window is as short as it can be with enough requests
/// in it: one second where 50 come, ten seconds at most. What is usual is learned over minutes, and without what was odd.
///
/// *Overloaded* and *degraded* hold for 10 s after their rules were last met; *gray* for 30 s, twice that the second time within an hour, and so on up
/// to 300 s, and only until requests or an external check have succeeded. While the service starts or drains, its traffic is not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// A runtime has not turned for 5 s, with nothing giving a sign: *down*.
    RuntimeStalled,
    /// The watchdog found what a restart would cure: *down*.
    Fault,
    /// The application reported a fatal error: *down*.
    Fatal,
    /// A check is down: a critical one, *down*; one that degrades, *degraded*.
    Check,
    /// More than one request in ten waits for longer than 100 ms until the service is ready for it, or every second task until it runs,
    /// and admitted requests succeed: *overloaded*.
    QueueWait,
    /// More than one request in a hundred is shed, and admitted requests succeed: *overloaded*.
    Sheds,
    /// Requests fail, and it is not chance: *gray* from 10 % and five times what is usual, where every check has looked since and found
    /// nothing, *degraded* from 2 %. Of a share, what can be said with 95 % confidence counts (Wilson's lower bound). A request that waits for
    /// longer than 5 s, and ten times the usual 99th percentile, counts as failed. Where a heartbeat has had no ack for two beats, and may
    /// still have a lease, that is *degraded*, too: it may be the network, and who keeps the list is about to say so.
    Failures,
    /// Three or more requests have come, and none was answered for 5 s and ten times the usual 99th percentile; for 60 s, before anything is
    /// usual: *gray*.
    NoProgress,
    /// One worker of a runtime has hung in one poll for 60 s: *gray*.
    StuckWorker,
    /// The path that a user takes fails, though no other check does, and the service is not overloaded: *gray*.
    External,
    /// Too few requests for a rate, and the last five failed, all of them: *degraded*, until an external check has looked and says which it
    /// is. Without one, *gray* after twenty.
    Suspect,
    /// Responses take more than three times as long as usual, and 10 ms more (95th percentile): *degraded*.
    Latency,
}

impl Rule {
    /// The lower-case name, as it is used in events and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RuntimeStalled => "runtime_stalled",
            Self::Fault => "fault",
            Self::Fatal => "fatal",
            Self::Check => "check",
            Self::QueueWait => "queue_wait",
            Self::Sheds => "sheds",
            Self::Failures => "failures",
            Self::NoProgress => "no_progress",
            Self::StuckWorker => "stuck_worker",
            Self::External => "external",
            Self::Suspect => "suspect",
            Self::Latency => "latency",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A rule that is met, and the figures with which it is. `Display` says it in a sentence.
///
/// It may name checks and paths of requests: for logs and for those who may see details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub(crate) rule: Rule,
    pub(crate) what: String,
}

impl Evidence {
    pub(crate) fn new(rule: Rule, what: impl Into<String>) -> Self {
        let what = what.into();
        Self { rule, what }
    }

    /// Which rule it is.
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.rule
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}
