//! The names: what is here is in the table of [`HealthMetrics`](crate::HealthMetrics), and the other way round.

use metrics::{Recorder, Unit};

/// What a name stands for.
pub(crate) struct Metric {
    pub(crate) name: &'static str,
    kind: Kind,
    unit: Unit,
    help: &'static str,
}

enum Kind {
    Counter,
    Gauge,
}

pub(crate) const PHASE: Metric = gauge(
    "health_phase",
    "1 for the phase that the service is in, 0 for the others.",
);
pub(crate) const START_TIME: Metric = seconds(
    "health_start_time_seconds",
    "When it started, in seconds since the beginning of 1970: another one with each restart.",
);
pub(crate) const PROBE_UP: Metric = gauge(
    "health_probe_up",
    "Whether the probe is answered with yes: 1, or 0.",
);
pub(crate) const PROBE_ANSWERS: Metric = counter(
    "health_probe_answers_total",
    "Answers that were given to those who probe.",
);
pub(crate) const ADVICE: Metric = gauge(
    "health_advice",
    "What is odd about how the service is probed, and will hurt one day.",
);
pub(crate) const CHECK_UP: Metric = gauge(
    "health_check_up",
    "Whether the check counts as up after its thresholds: 1, or 0, also before its first result.",
);
pub(crate) const CHECK_STALE: Metric = gauge(
    "health_check_stale",
    "Whether the last result of the check is too old to be believed: 1, or 0.",
);
pub(crate) const CHECK_RUNS: Metric = counter(
    "health_check_runs_total",
    "Runs of the check that came to a result.",
);
pub(crate) const CHECK_OUTAGES: Metric = counter(
    "health_check_outages_total",
    "How often the check went down.",
);
pub(crate) const CHECK_DURATION: Metric = seconds(
    "health_check_duration_seconds",
    "How long the last run of the check took.",
);
pub(crate) const CHECK_AGE: Metric = seconds(
    "health_check_age_seconds",
    "How long ago the last run of the check ended.",
);
pub(crate) const VERDICT: Metric = gauge(
    "health_verdict",
    "1 for what all signals together say of the service, 0 for the others.",
);
pub(crate) const VERDICT_RULE: Metric = gauge(
    "health_verdict_rule",
    "Whether the rule is met, and so evidence for the verdict: 1, or 0.",
);
pub(crate) const REQUESTS_IN_FLIGHT: Metric = gauge(
    "health_requests_in_flight",
    "Requests whose response has not ended, and other work that a drain waits for.",
);
pub(crate) const CONNECTIONS_OPEN: Metric = gauge(
    "health_connections_open",
    "Connections of tracked listeners that are open.",
);
pub(crate) const FATAL_ERRORS: Metric = gauge(
    "health_fatal_errors",
    "Fatal errors that the application has reported, and that keep readiness down.",
);
pub(crate) const FAULTS: Metric = gauge(
    "health_faults",
    "What the watchdog has found and a restart would cure: liveness is down for it.",
);
pub(crate) const LOOP_LAG: Metric = seconds(
    "health_loop_lag_seconds",
    "How late the tasks of the runtime ran, over the last minute.",
);
pub(crate) const RUNTIME_WORKERS: Metric = gauge(
    "health_runtime_workers",
    "Workers of the runtime; 0 once it has ended.",
);
pub(crate) const RUNTIME_STUCK_WORKERS: Metric = gauge(
    "health_runtime_stuck_workers",
    "Workers of the runtime that have not got on for a second, while others turn.",
);
pub(crate) const PULSES: Metric =
    gauge("health_pulses", "Workers under a pulse, by how they stand.");
pub(crate) const DRAIN: Metric = seconds(
    "health_drain_seconds",
    "How long the shutdown has taken, until it was over or until now; 0 before it begins.",
);
pub(crate) const DRAIN_DEADLINE: Metric = seconds(
    "health_drain_deadline_seconds",
    "After how long a shutdown gives up waiting for what is in flight.",
);
pub(crate) const MAINTENANCE: Metric = seconds(
    "health_maintenance_seconds",
    "How long there has been maintenance; 0 where there is none.",
);

#[cfg(feature = "heartbeat")]
pub(crate) const HEARTBEATS: Metric = gauge(
    "health_heartbeats",
    "Heartbeats to the backend, by where they stand.",
);
#[cfg(feature = "heartbeat")]
pub(crate) const BEATS: Metric = counter(
    "health_beats_total",
    "Beats that were acked, that nothing had earned and so were withheld, and that failed.",
);
#[cfg(feature = "heartbeat")]
pub(crate) const BEAT_ACK_AGE: Metric = seconds(
    "health_beat_ack_age_seconds",
    "How long ago the backend last acked a beat.",
);
#[cfg(feature = "heartbeat")]
pub(crate) const BEAT_RTT: Metric = seconds(
    "health_beat_rtt_seconds",
    "How long the last beat that was acked took to its ack.",
);

const ALL: &[&Metric] = &[
    &PHASE,
    &START_TIME,
    &PROBE_UP,
    &PROBE_ANSWERS,
    &ADVICE,
    &CHECK_UP,
    &CHECK_STALE,
    &CHECK_RUNS,
    &CHECK_OUTAGES,
    &CHECK_DURATION,
    &CHECK_AGE,
    &VERDICT,
    &VERDICT_RULE,
    &REQUESTS_IN_FLIGHT,
    &CONNECTIONS_OPEN,
    &FATAL_ERRORS,
    &FAULTS,
    &LOOP_LAG,
    &RUNTIME_WORKERS,
    &RUNTIME_STUCK_WORKERS,
    &PULSES,
    &DRAIN,
    &DRAIN_DEADLINE,
    &MAINTENANCE,
    #[cfg(feature = "heartbeat")]
    &HEARTBEATS,
    #[cfg(feature = "heartbeat")]
    &BEATS,
    #[cfg(feature = "heartbeat")]
    &BEAT_ACK_AGE,
    #[cfg(feature = "heartbeat")]
    &BEAT_RTT,
];

/// Tells the recorder what the names mean. To one that knows already, it says nothing new.
pub(crate) fn describe(recorder: &dyn Recorder) {
    for metric in ALL {
        let (name, unit, help) = (metric.name.into(), Some(metric.unit), metric.help.into());
        match metric.kind {
            Kind::Counter => recorder.describe_counter(name, unit, help),
            Kind::Gauge => recorder.describe_gauge(name, unit, help),
        }
    }
}

const fn gauge(name: &'static str, help: &'static str) -> Metric {
    metric(name, Kind::Gauge, Unit::Count, help)
}

const fn seconds(name: &'static str, help: &'static str) -> Metric {
    metric(name, Kind::Gauge, Unit::Seconds, help)
}

const fn counter(name: &'static str, help: &'static str) -> Metric {
    metric(name, Kind::Counter, Unit::Count, help)
}

const fn metric(name: &'static str, kind: Kind, unit: Unit, help: &'static str) -> Metric {
    Metric {
        name,
        kind,
        unit,
        help,
    }
}
