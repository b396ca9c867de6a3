use std::time::Duration;

use metrics::{Key, Level, Metadata, Recorder};

#[cfg(feature = "heartbeat")]
use crate::HeartbeatReport;
use crate::metrics::keys::{CheckKeys, Keys, RuntimeKeys};
use crate::runner::CheckState;
use crate::{Cause, CheckReport, Probe, ProbeStatus, RuntimeReport, Snapshot};

const METADATA: Metadata<'static> = Metadata::new("health", Level::INFO, Some(module_path!()));

/// What no snapshot has, since it does not change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Constants {
    /// Since the beginning of 1970.
    pub(crate) started: Duration,
    pub(crate) drain_deadline: Duration,
}

/// Writes a snapshot into a recorder. Series are asked for each time, by keys that are kept, and never held: recorders drop those that
/// were idle for long, and another recorder may have come.
pub(crate) struct Page<'a> {
    pub(crate) recorder: &'a dyn Recorder,
    pub(crate) keys: &'a mut Keys,
}

impl Page<'_> {
    pub(crate) fn write(&mut self, snapshot: &Snapshot, constants: &Constants) {
        self.seconds(&self.keys.start_time, constants.started);
        let drain_deadline = constants.drain_deadline;
        self.course(snapshot, drain_deadline);
        self.probes(snapshot);
        self.advice(snapshot);
        self.judgement(snapshot);
        self.vitals(snapshot);
        #[cfg(feature = "heartbeat")]
        self.heartbeats(snapshot);
        for check in snapshot.checks() {
            let keys = self.keys.check(check);
            write_check(self.recorder, keys, check);
        }
    }

    fn course(&self, snapshot: &Snapshot, drain_deadline: Duration) {
        for (phase, key) in &self.keys.phases {
            self.gauge(key, snapshot.phase() == *phase);
        }
        let shutdown = snapshot.shutdown();
        let took = shutdown.map_or(Duration::ZERO, |shutdown| shutdown.took());
        let deadline = shutdown.map_or(drain_deadline, |shutdown| shutdown.deadline());
        self.seconds(&self.keys.drain, took);
        self.seconds(&self.keys.drain_deadline, deadline);
        let maintenance = snapshot.maintenance().unwrap_or_default();
        self.seconds(&self.keys.maintenance, maintenance);
        self.number(&self.keys.in_flight, snapshot.in_flight());
        self.number(&self.keys.connections, snapshot.connections());
        self.number(&self.keys.fatal_errors, snapshot.fatal_errors().count());
    }

    fn probes(&self, snapshot: &Snapshot) {
        for (probe, keys) in Probe::ALL.into_iter().zip(&self.keys.probes) {
            let status = snapshot.observed(probe);
            if status != ProbeStatus::Absent {
                self.gauge(&keys.up, status.is_up());
            }
            let answers = snapshot.answers(probe);
            count(self.recorder, &keys.answers_up, answers.up());
            count(self.recorder, &keys.answers_down, answers.down());
        }
    }

    fn advice(&self, snapshot: &Snapshot) {
        for (kind, key) in &self.keys.advice {
            let advice = snapshot.advice();
            let of_kind = advice.filter(|advice| advice.kind().name() == *kind);
            self.number(key, of_kind.count());
        }
    }

    fn judgement(&self, snapshot: &Snapshot) {
        let report = snapshot.verdict();
        for (verdict, key) in &self.keys.verdicts {
            self.gauge(key, report.verdict() == *verdict);
        }
        for (rule, key) in &self.keys.rules {
            let mut evidence = report.evidence().iter();
            self.gauge(key, evidence.any(|found| found.rule().name() == *rule));
        }
    }

    fn vitals(&mut self, snapshot: &Snapshot) {
        for (kind, key) in &self.keys.faults {
            let faults = snapshot.faults();
            self.number(
                key,
                faults.filter(|fault| fault.kind().name() == *kind).count(),
            );
        }
        for (state, key) in &self.keys.pulses {
            let pulses = snapshot.pulses();
            self.number(
                key,
                pulses
                    .filter(|pulse| pulse.state().name() == *state)
                    .count(),
            );
        }
        for runtime in snapshot.runtimes() {
            self.keys.runtime(runtime.name());
        }
        for (name, keys) in &self.keys.runtimes {
            let report = snapshot.runtimes().find(|report| report.name() == name);
            write_runtime(self.recorder, keys, report);
        }
    }

    #[cfg(feature = "heartbeat")]
    fn heartbeats(&mut self, snapshot: &Snapshot) {
        for report in snapshot.heartbeats() {
            self.keys.backend(report.backend());
        }
        for (name, keys) in &self.keys.backends {
            let all: Vec<_> = snapshot
                .heartbeats()
                .filter(|report| report.backend() == name)
                .collect();
            for (state, key) in &keys.states {
                self.number(key, all.iter().filter(|one| one.state() == *state).count());
            }
            let total = |of: fn(&HeartbeatReport) -> u64| all.iter().map(|report| of(report)).sum();
            count(self.recorder, &keys.acked, total(HeartbeatReport::acked));
            let withheld = total(HeartbeatReport::withheld);
            count(self.recorder, &keys.withheld, withheld);
            count(self.recorder, &keys.failed, total(HeartbeatReport::failed));
            // Of several, the worst.
            if let Some(age) = all.iter().filter_map(|report| report.last_ack()).max() {
                self.seconds(&keys.ack_age, age);
            }
            if let Some(rtt) = all.iter().filter_map(|report| report.rtt()).max() {
                self.seconds(&keys.rtt, rtt);
            }
        }
    }

    fn gauge(&self, key: &Key, is: bool) {
        set(self.recorder, key, f64::from(u8::from(is)));
    }

    fn number(&self, key: &Key, number: usize) {
        set(self.recorder, key, number as f64);
    }

    fn seconds(&self, key: &Key, time: Duration) {
        set(self.recorder, key, time.as_secs_f64());
    }
}

fn write_check(recorder: &dyn Recorder, keys: &CheckKeys, check: &CheckReport) {
    let up = check.state() == CheckState::Up;
    let stale = check.cause() == Some(Cause::Stale);
    set(recorder, &keys.up, f64::from(u8::from(up)));
    set(recorder, &keys.stale, f64::from(u8::from(stale)));
    let successes = check.runs().saturating_sub(check.failures());
    count(recorder, &keys.successes, successes);
    count(recorder, &keys.failures, check.failures());
    count(recorder, &keys.outages, check.outages().count());
    if let (Some(took), Some(age)) = (check.took(), check.age()) {
        set(recorder, &keys.duration, took.as_secs_f64());
        set(recorder, &keys.age, age.as_secs_f64());
    }
}

/// One that has ended is late no more: what it last was would be told for ever.
fn write_runtime(recorder: &dyn Recorder, keys: &RuntimeKeys, report: Option<&RuntimeReport>) {
    let lag = report.map(RuntimeReport::lag).unwrap_or_default();
    let workers = report.map_or(0, RuntimeReport::workers);
    let stuck = report.map_or(0, |report| report.stuck().len());
    set(recorder, &keys.p50, lag.p50().as_secs_f64());
    set(recorder, &keys.p99, lag.p99().as_secs_f64());
    set(recorder, &keys.max, lag.max().as_secs_f64());
    set(recorder, &keys.workers, workers as f64);
    set(recorder, &keys.stuck, stuck as f64);
}

fn set(recorder: &dyn Recorder, key: &Key, value: f64) {
    recorder.register_gauge(key, &METADATA).set(value);
}

fn count(recorder: &dyn Recorder, key: &Key, total: u64) {
    recorder.register_counter(key, &METADATA).absolute(total);
}
