use std::time::Duration;

use crate::verdict::line::Line;

/// The traffic of the last ten seconds as a [`Snapshot`](crate::Snapshot) shows it, up to a second old: of the whole service, or of one
/// [group of routes](crate::RouteGroup). Without probes and synthetic requests.
#[derive(Clone, Debug, Default)]
pub struct TrafficReport {
    group: Option<&'static str>,
    seconds: u64,
    entered: u64,
    completed: u64,
    failed: u64,
    cancelled: u64,
    shed: u64,
    p50: Option<Duration>,
    p95: Option<Duration>,
    p99: Option<Duration>,
    oldest: Option<(String, Duration)>,
}

impl TrafficReport {
    pub(crate) fn of(line: &Line) -> Self {
        let sum = line.recent();
        let oldest = line.oldest();
        Self {
            group: line.name(),
            seconds: sum.seconds,
            entered: sum.entered,
            completed: sum.completed,
            failed: sum.failed(),
            cancelled: sum.cancelled,
            shed: sum.shed,
            p50: sum.took.quantile(0.5),
            p95: sum.took.quantile(0.95),
            p99: sum.took.quantile(0.99),
            oldest: oldest.map(|(name, age)| (name.to_string(), *age)),
        }
    }

    /// The name of the group; `None` for the whole service.
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        self.group
    }

    /// Over how many seconds it was counted: ten, or fewer at the beginning.
    #[must_use]
    pub fn seconds(&self) -> u64 {
        self.seconds
    }

    /// Requests that came.
    #[must_use]
    pub fn entered(&self) -> u64 {
        self.entered
    }

    /// Requests that were answered; also those with what is their client's fault.
    #[must_use]
    pub fn completed(&self) -> u64 {
        self.completed
    }

    /// Requests that failed by a fault of this service; and those that wait for longer than anybody should, once for each.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failed
    }

    /// Requests whose clients left before they were answered.
    #[must_use]
    pub fn cancelled(&self) -> u64 {
        self.cancelled
    }

    /// Requests that were turned away, so that others could be served.
    #[must_use]
    pub fn shed(&self) -> u64 {
        self.shed
    }

    /// How long it took until half of the requests had the head of their response; of a sample. `None` where there were none.
    #[must_use]
    pub fn p50(&self) -> Option<Duration> {
        self.p50
    }

    /// The same of all but one in twenty.
    #[must_use]
    pub fn p95(&self) -> Option<Duration> {
        self.p95
    }

    /// The same of all but one in a hundred.
    #[must_use]
    pub fn p99(&self) -> Option<Duration> {
        self.p99
    }

    /// The request that has waited longest for the head of its response, as a [drain's report](crate::Unfinished::what) names it, and
    /// since when.
    #[must_use]
    pub fn oldest(&self) -> Option<(&str, Duration)> {
        self.oldest.as_ref().map(|(name, age)| (&**name, *age))
    }
}
