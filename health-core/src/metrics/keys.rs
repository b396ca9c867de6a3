//! The keys, made once for each series: a recorder is then asked for it by a hash that is known.

use std::collections::BTreeMap;

use metrics::{Key, Label};

#[cfg(feature = "heartbeat")]
use crate::HeartbeatState;
use crate::metrics::catalogue::{self as all, Metric};
#[cfg(feature = "heartbeat")]
use crate::metrics::words::HEARTBEATS;
use crate::metrics::words::{ADVICE, FAULTS, PHASES, PULSES, RULES, VERDICTS};
use crate::{AdviceKind, CheckReport, FaultKind, Phase, Probe, Rule, Verdict};

/// The labels that are in use here: no other may have the same name, or scrapers refuse the whole page.
pub(crate) const LABELS: [&str; 13] = [
    "phase", "probe", "answer", "check", "impact", "outcome", "verdict", "rule", "kind", "runtime",
    "stat", "state", "backend",
];

/// All series.
#[derive(Debug)]
pub(crate) struct Keys {
    /// On each of them.
    common: Vec<Label>,
    pub(crate) phases: Vec<(Phase, Key)>,
    pub(crate) start_time: Key,
    pub(crate) probes: [ProbeKeys; 4],
    pub(crate) verdicts: Vec<(Verdict, Key)>,
    /// By the name of the rule, kind or state.
    pub(crate) rules: Vec<(&'static str, Key)>,
    pub(crate) advice: Vec<(&'static str, Key)>,
    pub(crate) faults: Vec<(&'static str, Key)>,
    pub(crate) pulses: Vec<(&'static str, Key)>,
    pub(crate) in_flight: Key,
    pub(crate) connections: Key,
    pub(crate) fatal_errors: Key,
    pub(crate) drain: Key,
    pub(crate) drain_deadline: Key,
    pub(crate) maintenance: Key,
    /// Checks are added and never go.
    checks: BTreeMap<String, CheckKeys>,
    /// Also those that have ended.
    pub(crate) runtimes: BTreeMap<String, RuntimeKeys>,
    #[cfg(feature = "heartbeat")]
    pub(crate) backends: BTreeMap<String, BackendKeys>,
}

#[derive(Debug)]
pub(crate) struct ProbeKeys {
    pub(crate) up: Key,
    pub(crate) answers_up: Key,
    pub(crate) answers_down: Key,
}

#[derive(Debug)]
pub(crate) struct CheckKeys {
    pub(crate) up: Key,
    pub(crate) stale: Key,
    pub(crate) successes: Key,
    pub(crate) failures: Key,
    pub(crate) outages: Key,
    pub(crate) duration: Key,
    pub(crate) age: Key,
}

#[derive(Debug)]
pub(crate) struct RuntimeKeys {
    pub(crate) p50: Key,
    pub(crate) p99: Key,
    pub(crate) max: Key,
    pub(crate) workers: Key,
    pub(crate) stuck: Key,
}

impl Keys {
    pub(crate) fn new(common: Vec<Label>) -> Self {
        let key = |metric, labels: &[_]| key(&common, metric, labels);
        Self {
            phases: PHASES
                .map(|phase| (phase, key(&all::PHASE, &[("phase", phase.name())])))
                .into(),
            start_time: key(&all::START_TIME, &[]),
            probes: Probe::ALL.map(|probe| {
                let probe = ("probe", probe.name());
                ProbeKeys {
                    up: key(&all::PROBE_UP, &[probe]),
                    answers_up: key(&all::PROBE_ANSWERS, &[probe, ("answer", "up")]),
                    answers_down: key(&all::PROBE_ANSWERS, &[probe, ("answer", "down")]),
                }
            }),
            verdicts: VERDICTS
                .map(|verdict| (verdict, key(&all::VERDICT, &[("verdict", verdict.name())])))
                .into(),
            rules: RULES
                .map(Rule::name)
                .map(|rule| (rule, key(&all::VERDICT_RULE, &[("rule", rule)])))
                .into(),
            advice: ADVICE
                .map(AdviceKind::name)
                .map(|kind| (kind, key(&all::ADVICE, &[("kind", kind)])))
                .into(),
            faults: FAULTS
                .map(FaultKind::name)
                .map(|kind| (kind, key(&all::FAULTS, &[("kind", kind)])))
                .into(),
            pulses: PULSES
                .map(|state| (state, key(&all::PULSES, &[("state", state)])))
                .into(),
            in_flight: key(&all::REQUESTS_IN_FLIGHT, &[]),
            connections: key(&all::CONNECTIONS_OPEN, &[]),
            fatal_errors: key(&all::FATAL_ERRORS, &[]),
            drain: key(&all::DRAIN, &[]),
            drain_deadline: key(&all::DRAIN_DEADLINE, &[]),
            maintenance: key(&all::MAINTENANCE, &[]),
            checks: BTreeMap::new(),
            runtimes: BTreeMap::new(),
            #[cfg(feature = "heartbeat")]
            backends: BTreeMap::new(),
            common,
        }
    }

    pub(crate) fn check(&mut self, check: &CheckReport) -> &CheckKeys {
        if !self.checks.contains_key(check.name()) {
            let keys = CheckKeys::new(&self.common, check);
            self.checks.insert(check.name().to_owned(), keys);
        }
        &self.checks[check.name()]
    }

    #[cfg(feature = "heartbeat")]
    pub(crate) fn backend(&mut self, name: &str) {
        if !self.backends.contains_key(name) {
            let keys = BackendKeys::new(&self.common, name);
            self.backends.insert(name.to_owned(), keys);
        }
    }

    pub(crate) fn runtime(&mut self, name: &str) -> &RuntimeKeys {
        if !self.runtimes.contains_key(name) {
            let keys = RuntimeKeys::new(&self.common, name);
            self.runtimes.insert(name.to_owned(), keys);
        }
        &self.runtimes[name]
    }
}

/// Of all heartbeats to one backend: their own names may hold a process id, and so be others with each start.
#[cfg(feature = "heartbeat")]
#[derive(Debug)]
pub(crate) struct BackendKeys {
    pub(crate) states: Vec<(HeartbeatState, Key)>,
    pub(crate) acked: Key,
    pub(crate) withheld: Key,
    pub(crate) failed: Key,
    pub(crate) ack_age: Key,
    pub(crate) rtt: Key,
}

#[cfg(feature = "heartbeat")]
impl BackendKeys {
    fn new(common: &[Label], name: &str) -> Self {
        let name = ("backend", name);
        let key = |metric, labels: &[_]| key(common, metric, labels);
        let beats = |outcome| key(&all::BEATS, &[name, ("outcome", outcome)]);
        let state = |state: HeartbeatState| {
            let labels = [name, ("state", state.name())];
            (state, key(&all::HEARTBEATS, &labels))
        };
        Self {
            states: HEARTBEATS.map(state).into(),
            acked: beats("acked"),
            withheld: beats("withheld"),
            failed: beats("failed"),
            ack_age: key(&all::BEAT_ACK_AGE, &[name]),
            rtt: key(&all::BEAT_RTT, &[name]),
        }
    }
}

impl CheckKeys {
    fn new(common: &[Label], check: &CheckReport) -> Self {
        let name = ("check", check.name());
        let probe = ("probe", check.probe().name());
        let impact = ("impact", check.impact().name());
        let key = |metric, labels: &[_]| key(common, metric, labels);
        Self {
            up: key(&all::CHECK_UP, &[name, probe, impact]),
            stale: key(&all::CHECK_STALE, &[name]),
            successes: key(&all::CHECK_RUNS, &[name, ("outcome", "success")]),
            failures: key(&all::CHECK_RUNS, &[name, ("outcome", "failure")]),
            outages: key(&all::CHECK_OUTAGES, &[name]),
            duration: key(&all::CHECK_DURATION, &[name]),
            age: key(&all::CHECK_AGE, &[name]),
        }
    }
}

impl RuntimeKeys {
    fn new(common: &[Label], name: &str) -> Self {
        let name = ("runtime", name);
        let key = |metric, labels: &[_]| key(common, metric, labels);
        Self {
            p50: key(&all::LOOP_LAG, &[name, ("stat", "p50")]),
            p99: key(&all::LOOP_LAG, &[name, ("stat", "p99")]),
            max: key(&all::LOOP_LAG, &[name, ("stat", "max")]),
            workers: key(&all::RUNTIME_WORKERS, &[name]),
            stuck: key(&all::RUNTIME_STUCK_WORKERS, &[name]),
        }
    }
}

/// Retained: recorders keep a copy, which then costs them nothing.
fn key(common: &[Label], metric: &Metric, labels: &[(&'static str, &str)]) -> Key {
    let own = labels
        .iter()
        .map(|(name, value)| Label::new(*name, (*value).to_owned()));
    let labels: Vec<_> = common.iter().cloned().chain(own).collect();
    Key::from_parts(metric.name, labels).to_retained()
}
