use std::fmt;

use serde::Serialize;

use crate::{PulseReport, PulseState, RuntimeReport, RuntimeState, Snapshot};

const MOST_RUNTIMES: usize = 50;
const MOST_PULSES: usize = 100;

/// What the watchdog sees, as part of liveness: what doesn't turn, or is under way for longest, comes first.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Vitals<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) runtimes: Vec<Runtime<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) pulses: Vec<Pulse<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Runtime<'a> {
    name: &'a str,
    state: &'static str,
    workers: usize,
    lag_ms: Lag,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stuck_workers: Vec<Stuck>,
    #[serde(skip)]
    up: bool,
}

/// Of the last minute.
#[derive(Debug, Serialize)]
struct Lag {
    p50: f64,
    p99: f64,
    max: f64,
}

#[derive(Debug, Serialize)]
struct Stuck {
    worker: usize,
    seconds: f64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pulse<'a> {
    name: &'a str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    what: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
    #[serde(skip)]
    up: bool,
}

impl<'a> Vitals<'a> {
    pub(crate) fn of(snapshot: &'a Snapshot) -> Self {
        let mut runtimes: Vec<_> = snapshot.runtimes().map(Runtime::of).collect();
        let mut pulses: Vec<_> = snapshot.pulses().map(Pulse::of).collect();
        runtimes.sort_by_key(|runtime| runtime.up);
        let so_long = |pulse: &Pulse<'_>| pulse.seconds.unwrap_or(-1.0);
        pulses.sort_by(|one, other| {
            let longer = so_long(other).total_cmp(&so_long(one));
            one.up.cmp(&other.up).then(longer)
        });
        runtimes.truncate(MOST_RUNTIMES);
        pulses.truncate(MOST_PULSES);
        Self { runtimes, pulses }
    }
}

impl<'a> Runtime<'a> {
    fn of(report: &'a RuntimeReport) -> Self {
        let lag = report.lag();
        let millis = |lag: std::time::Duration| rounded(lag.as_secs_f64() * 1000.0);
        let stuck = report.stuck().iter().map(|stuck| Stuck {
            worker: stuck.index(),
            seconds: rounded(stuck.stuck().as_secs_f64()),
        });
        Self {
            name: report.name(),
            state: report.state().name(),
            workers: report.workers(),
            lag_ms: Lag {
                p50: millis(lag.p50()),
                p99: millis(lag.p99()),
                max: millis(lag.max()),
            },
            stuck_workers: stuck.collect(),
            up: report.state() < RuntimeState::Stalled,
        }
    }
}

impl fmt::Display for Runtime<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Lag { p50, p99, max } = self.lag_ms;
        let sign = if self.up { '+' } else { '-' };
        write!(f, "[{sign}]runtime {} {}", self.name, self.state)?;
        write!(f, " (lag p50 {p50} ms, p99 {p99} ms, max {max} ms)")?;
        for Stuck { worker, seconds } in &self.stuck_workers {
            write!(f, ", worker {worker} stuck for {seconds} s")?;
        }
        Ok(())
    }
}

impl<'a> Pulse<'a> {
    fn of(report: &'a PulseReport) -> Self {
        let (what, so_long) = match report.state() {
            PulseState::Working { what, so_long } | PulseState::Overdue { what, so_long } => {
                (Some(what), Some(so_long))
            }
            PulseState::Died { ago } => (None, Some(ago)),
            _ => (None, None),
        };
        let down = matches!(
            report.state(),
            PulseState::Overdue { .. } | PulseState::Died { .. }
        );
        Self {
            name: report.name(),
            state: report.state().name(),
            what,
            seconds: so_long.map(|so_long| rounded(so_long.as_secs_f64())),
            up: !down,
        }
    }
}

impl fmt::Display for Pulse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.up { '+' } else { '-' };
        write!(f, "[{sign}]pulse {} {}", self.name, self.state)?;
        match (self.what, self.seconds) {
            (Some(what), Some(seconds)) => write!(f, ": {what} for {seconds} s"),
            (None, Some(seconds)) => write!(f, " {seconds} s ago"),
            _ => Ok(()),
        }
    }
}

/// To a thousandth.
fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}
