use std::fmt;

/// A rule behind a [`Verdict`](crate::Verdict), evaluated once a second.
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
    /// More than one request in ten, or one canary in ten of the runtime, waits for longer than 100 ms until it is begun, and
    /// admitted requests succeed: *overloaded*.
    QueueWait,
    /// More than one request in a hundred is shed, and admitted requests succeed: *overloaded*.
    Sheds,
    /// Requests fail, and it is not chance: *gray* from 10 % and five times what is usual, *degraded* from 2 %.
    Failures,
    /// Requests come, and none completes: *gray*.
    NoProgress,
    /// One worker of a runtime has hung in one poll for 60 s: *gray*.
    StuckWorker,
    /// The path that a user takes fails, though no other check does: *gray*.
    External,
    /// Too few requests for a rate, and all of the last ones failed: *degraded*, until the external checks have looked.
    Suspect,
    /// Responses take more than three times as long as usual: *degraded*.
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
