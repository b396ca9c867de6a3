use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::{HeartbeatReport, HeartbeatState, Snapshot};

/// Where one heartbeat stands with its coordinator.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Beats<'a> {
    name: &'a str,
    backend: &'a str,
    state: &'static str,
    required: bool,
    incarnation: u64,
    sent: u64,
    acked: u64,
    withheld: u64,
    failed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_ack_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rtt_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<&'a str>,
    #[serde(skip)]
    member: bool,
}

impl<'a> Beats<'a> {
    /// There are no more than eight.
    pub(crate) fn of(snapshot: &'a Snapshot) -> Vec<Self> {
        snapshot.heartbeats().map(Self::line).collect()
    }

    fn line(report: &'a HeartbeatReport) -> Self {
        let thousandth = |number: f64| (number * 1000.0).round() / 1000.0;
        let seconds = |time: Duration| thousandth(time.as_secs_f64());
        let state = report.state();
        Self {
            name: report.name(),
            backend: report.backend(),
            state: state.name(),
            required: report.is_required(),
            incarnation: report.incarnation(),
            sent: report.sent(),
            acked: report.acked(),
            withheld: report.withheld(),
            failed: report.failed(),
            last_ack_seconds: report.last_ack().map(seconds),
            rtt_ms: report
                .rtt()
                .map(|rtt| thousandth(rtt.as_secs_f64() * 1000.0)),
            problem: report.problem(),
            warning: report.warning(),
            member: matches!(state, HeartbeatState::Member | HeartbeatState::Withheld),
        }
    }

    /// What in it comes from elsewhere.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &'a str> {
        let said = self.problem.into_iter().chain(self.warning);
        [self.name, self.backend].into_iter().chain(said)
    }
}

impl fmt::Display for Beats<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            backend,
            state,
            acked,
            sent,
            ..
        } = self;
        // It keeps readiness down only where readiness needs it.
        let sign = match (self.member, self.required) {
            (true, _) => '+',
            (false, true) => '-',
            (false, false) => '!',
        };
        write!(
            f,
            "[{sign}]heartbeat {name} to {backend} {state}, {acked} of {sent} beats acked"
        )?;
        if let Some(ago) = self.last_ack_seconds {
            write!(f, ", the last {ago} s ago")?;
        }
        if let Some(problem) = self.problem {
            write!(f, ": {problem}")?;
        }
        match self.warning {
            Some(warning) => write!(f, "; it warns: {warning}"),
            None => Ok(()),
        }
    }
}
