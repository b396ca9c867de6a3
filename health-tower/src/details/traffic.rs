use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::{Snapshot, TrafficReport};

/// The traffic of the last seconds, as part of readiness and of the user's path: of the whole service, and then of each group.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Traffic<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    seconds: u64,
    entered: u64,
    completed: u64,
    failed: u64,
    cancelled: u64,
    shed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency_ms: Option<Latency>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest: Option<Oldest<'a>>,
}

#[derive(Debug, Serialize)]
struct Latency {
    p50: f64,
    p95: f64,
    p99: f64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Oldest<'a> {
    pub(crate) what: &'a str,
    seconds: f64,
}

impl<'a> Traffic<'a> {
    /// There are no more groups than that anybody can read them.
    pub(crate) fn of(snapshot: &'a Snapshot) -> Vec<Self> {
        snapshot.traffic().map(Self::line).collect()
    }

    fn line(report: &'a TrafficReport) -> Self {
        let millis = |time: Duration| (time.as_secs_f64() * 1e4).round() / 10.0;
        let latency = |[p50, p95, p99]: [Duration; 3]| Latency {
            p50: millis(p50),
            p95: millis(p95),
            p99: millis(p99),
        };
        let times = report.p50().zip(report.p95()).zip(report.p99());
        Self {
            group: report.group(),
            seconds: report.seconds(),
            entered: report.entered(),
            completed: report.completed(),
            failed: report.failed(),
            cancelled: report.cancelled(),
            shed: report.shed(),
            latency_ms: times.map(|((p50, p95), p99)| latency([p50, p95, p99])),
            oldest: report.oldest().map(|(what, age)| Oldest {
                what,
                seconds: (age.as_secs_f64() * 10.0).round() / 10.0,
            }),
        }
    }

    /// The one text in it that comes from outside.
    pub(crate) fn oldest(&self) -> Option<&'a str> {
        self.oldest.as_ref().map(|oldest| oldest.what)
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.entered + self.failed + self.cancelled == 0 && self.oldest.is_none()
    }
}

impl fmt::Display for Traffic<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[+]traffic")?;
        if let Some(group) = self.group {
            write!(f, " of {group}")?;
        }
        let Self {
            seconds,
            entered,
            failed,
            cancelled,
            shed,
            ..
        } = self;
        write!(
            f,
            ": {entered} requests in {seconds} s, {failed} failed, {cancelled} cancelled, {shed} shed"
        )?;
        if let Some(Latency { p50, p95, p99 }) = self.latency_ms {
            write!(f, " (p50 {p50} ms, p95 {p95} ms, p99 {p99} ms)")?;
        }
        match &self.oldest {
            Some(Oldest { what, seconds }) => write!(f, ", {what} waits for {seconds} s"),
            None => Ok(()),
        }
    }
}
