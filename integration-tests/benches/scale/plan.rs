use std::time::Duration;

/// How many checks there are, and how long to look at them.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) passing: usize,
    pub(crate) hanging: usize,
    /// Between two runs of a check.
    pub(crate) every: Duration,
    /// How long a check may hang.
    pub(crate) timeout: Duration,
    /// For how many intervals checks that pass are looked at.
    pub(crate) intervals: u32,
    /// The same for checks that hang.
    pub(crate) hanging_intervals: u32,
    /// Interleaved rounds in which probes are timed.
    pub(crate) rounds: usize,
}

impl Plan {
    pub(crate) const FULL: Self = Self {
        passing: 10_000,
        hanging: 1000,
        every: Duration::from_secs(5),
        timeout: Duration::from_secs(1),
        intervals: 2,
        hanging_intervals: 3,
        rounds: 3000,
    };
    /// As many runs a second as in the full plan.
    pub(crate) const QUICK: Self = Self {
        passing: 1000,
        hanging: 100,
        every: Duration::from_millis(500),
        timeout: Duration::from_millis(100),
        hanging_intervals: 2,
        rounds: 100,
        ..Self::FULL
    };
}
