use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use metrics::{Label, SharedString};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout_at};

use crate::metrics::catalogue::describe;
use crate::metrics::keys::{Keys, LABELS};
use crate::metrics::page::{Constants, Page};
use crate::{Health, Subscription};

/// Everything that is known, written into the recorder of the [`metrics`](https://docs.rs/metrics) facade: for Prometheus, and for
/// whatever else there is an exporter for.
///
/// [`record`](Self::record) writes what holds now. Call it **right before a scrape is rendered**: a page then says what is true in that
/// moment, as a probe would, and nothing runs in between. With an exporter that pushes, or that has an HTTP listener of its own, call
/// [`start`](Self::start) instead: it records in the background.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use health_core::{Check, Health, HealthMetrics};
/// use metrics_exporter_prometheus::PrometheusBuilder; // without its default features, which bring a server of its own
///
/// let page = PrometheusBuilder::new().install_recorder()?;
/// let health = Health::builder().check(Check::readiness("database", || async { true })).start()?;
/// let metrics = HealthMetrics::new(&health);
///
/// // What the handler of `/metrics` does:
/// let scrape = move || {
///     metrics.record();
///     page.render()
/// };
/// assert!(scrape().contains("health_probe_up{probe=\"liveness\"} 1"));
/// assert!(scrape().contains("health_check_up{check=\"database\",probe=\"readiness\",impact=\"critical\"} 0"), "not yet");
/// # Ok(()) }
/// ```
///
/// Put `/metrics` beside a `ProbeService`, on a port for the network inside: a page that is behind the gate of readiness is gone when it is
/// needed most. There it works while the service starts, while readiness is 503, and through the drain, until the process ends.
///
/// # The metrics
///
/// | name | type | labels | unit | what it says |
/// |---|---|---|---|---|
/// | `health_phase` | gauge | `phase` | | 1 for the [phase](crate::Phase) that the service is in, 0 for the others |
/// | `health_start_time_seconds` | gauge | | s | when this [`Health`] was started, in seconds since the beginning of 1970: another value with each restart |
/// | `health_probe_up` | gauge | `probe` | | 1 where the [probe](crate::Probe) is answered with yes, else 0; `external` only where something answers it |
/// | `health_probe_answers_total` | counter | `probe`, `answer` | | answers that were given, over HTTP and gRPC: `up`, or `down` |
/// | `health_advice` | gauge | `kind` | | what is odd about [how this service is probed](crate::AdviceKind), and will hurt one day |
/// | `health_check_up` | gauge | `check`, `probe`, `impact` | | 1 where the check counts as up, after its thresholds; 0 where it is down, or has not yet run often enough to say |
/// | `health_check_stale` | gauge | `check` | | 1 where its last result is too old to be believed |
/// | `health_check_runs_total` | counter | `check`, `outcome` | | runs that came to a result: `success`, or `failure` |
/// | `health_check_outages_total` | counter | `check` | | how often it went down; of one that only observes, how often it would have |
/// | `health_check_duration_seconds` | gauge | `check` | s | how long its last run took; nothing before that |
/// | `health_check_age_seconds` | gauge | `check` | s | how long ago its last run ended; nothing before that |
/// | `health_verdict` | gauge | `verdict` | | 1 for what [all signals together](crate::Verdict) say, 0 for the others |
/// | `health_verdict_rule` | gauge | `rule` | | 1 for each [rule](crate::Rule) that is met: why the verdict is what it is |
/// | `health_requests_in_flight` | gauge | | | requests until the end of their response bodies, and other [holds](crate::Hold); without probes |
/// | `health_connections_open` | gauge | | | connections of a `TrackedListener` |
/// | `health_fatal_errors` | gauge | | | [fatal errors](crate::Health::report_fatal) that keep readiness down |
/// | `health_faults` | gauge | `kind` | | what the [watchdog](crate::FaultKind) holds against the process, and for which liveness is down |
/// | `health_loop_lag_seconds` | gauge | `runtime`, `stat` | s | how late tasks ran in the last minute: `p50`, `p99`, `max` |
/// | `health_runtime_workers` | gauge | `runtime` | | its workers; 0 once it has ended |
/// | `health_runtime_stuck_workers` | gauge | `runtime` | | workers that have not got on for a second, while others turn |
/// | `health_pulses` | gauge | `state` | | workers under a [pulse](crate::Pulse), by [state](crate::PulseState) |
/// | `health_drain_seconds` | gauge | | s | how long the shutdown has taken, until it was over or until now; 0 before it begins |
/// | `health_drain_deadline_seconds` | gauge | | s | [after how long](crate::DrainPolicy::deadline) it gives up |
/// | `health_maintenance_seconds` | gauge | | s | for how long there has been [maintenance](crate::Health::begin_drain); 0 where there is none |
///
/// With the feature `heartbeat`, where there are [heartbeats](crate::Heartbeat), all of one backend together:
///
/// | name | type | labels | unit | what it says |
/// |---|---|---|---|---|
/// | `health_heartbeats` | gauge | `backend`, `state` | | heartbeats to that backend in that [state](crate::HeartbeatState) |
/// | `health_beats_total` | counter | `backend`, `outcome` | | beats: `acked`, `withheld` since nothing had earned them, `failed` |
/// | `health_beat_ack_age_seconds` | gauge | `backend` | s | how long ago the last ack came, of several the longest; nothing before the first |
/// | `health_beat_rtt_seconds` | gauge | `backend` | s | how long the last ack took, of several the longest; nothing before the first |
///
/// There are 7 series for each check, 5 for each watched runtime, 11 for each backend of a heartbeat, and 53 besides. Values of labels are names that were registered (of
/// checks and runtimes) and words from a fixed list: no paths, no reasons, nothing that a client sent. Totals count from the start of
/// their [`Health`].
///
/// # Which recorder
///
/// The global one, or the local one of the thread that records; whichever is there at that time, so it doesn't matter whether it was
/// installed before. Without one, nothing happens. An exporter's idle timeout does no harm: what it dropped comes back.
///
/// This doesn't keep checks running. Where the last [`Health`] is gone, it says what was known last, and how that goes stale.
#[derive(Clone, Debug)]
pub struct HealthMetrics {
    snapshots: Subscription,
    constants: Constants,
    every: Duration,
    common: Vec<Label>,
    keys: Arc<Mutex<Keys>>,
}

impl HealthMetrics {
    /// Between two recordings, at least: each run of each check is a change.
    const PAUSE: Duration = Duration::from_secs(1);
    const LEAST: Duration = Duration::from_millis(10);

    /// The metrics of this service. Nothing is recorded yet.
    #[must_use]
    pub fn new(health: &Health) -> Self {
        Self {
            snapshots: health.subscribe(),
            constants: Constants {
                // A clock that is set before 1970 is wrong, and no reason to fail.
                started: health
                    .started()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default(),
                drain_deadline: health.drain_policy().planned_deadline(),
            },
            every: Duration::from_secs(5),
            common: Vec::new(),
            keys: Arc::new(Mutex::new(Keys::new(Vec::new()))),
        }
    }

    /// Puts a label on every metric: for a process with several [`Health`]s, which would otherwise overwrite each other.
    ///
    /// Name it `component`: the alert rules and the dashboard in `deploy` tell these apart by it, where it is there; for another name,
    /// replace it in both. (Not `service`, `job`, `instance` or `namespace`, which Prometheus itself puts on, and renames yours for.)
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use health_core::{Health, HealthMetrics};
    /// # let (orders, search) = (Health::builder().linked(false).start()?, Health::builder().linked(false).start()?);
    /// let orders = HealthMetrics::new(&orders).label("component", "orders");
    /// let search = HealthMetrics::new(&search).label("component", "search");
    /// # Ok(()) }
    /// ```
    ///
    /// A name is letters of ASCII, digits and `_`, with no digit first and no `__`. Another one would be changed by exporters, perhaps into one that
    /// is there already, and scrapers would then refuse the page: it is left out, with a warning in the log. So is a name that the table above uses.
    #[must_use]
    pub fn label(mut self, name: impl Into<SharedString>, value: impl Into<SharedString>) -> Self {
        let label = Label::new(name, value);
        let name = label.key();
        let taken =
            || LABELS.contains(&name) || self.common.iter().any(|other| other.key() == name);
        let why = if !is_kept(name) {
            "exporters would change that name; use letters, digits and `_`, and begin with a letter"
        } else if taken() {
            "that name is taken; give it another one"
        } else {
            self.common.push(label);
            self.keys = Arc::new(Mutex::new(Keys::new(self.common.clone())));
            return self;
        };
        tracing::warn!(target: "health", label = name, "the label {name:?} on all metrics is left out: {why}");
        self
    }

    /// How often [`start`](Self::start) records where nothing changes. 5 s by default; 10 ms at least.
    #[must_use]
    pub fn every(mut self, every: Duration) -> Self {
        self.every = every.max(Self::LEAST);
        self
    }

    /// Records what holds now. Works from any thread; it takes some microseconds, and a microsecond or so more for each check.
    pub fn record(&self) {
        // The snapshot is taken under the lock: so that of two recordings at a time, the later one is the newer one.
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let snapshot = self.snapshots.current();
        metrics::with_recorder(|recorder| {
            describe(recorder);
            let keys = &mut *keys;
            Page { recorder, keys }.write(&snapshot, &self.constants);
        });
    }

    /// Records in the background: now, [every](Self::every) 5 s, and when something has changed, but not more often than once a second.
    /// It ends by itself when the last [`Health`] is gone, with a last recording; or when the handle is told to abort.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, or, in the task, in one without time.
    pub fn start(&self) -> JoinHandle<()> {
        tokio::spawn(self.clone().follow())
    }

    async fn follow(self) {
        let mut changes = self.snapshots.clone();
        loop {
            let began = Instant::now();
            self.record();
            sleep(self.every.min(Self::PAUSE)).await;
            if let Ok(None) = timeout_at(began + self.every, changes.changed()).await {
                break;
            }
        }
        self.record();
    }
}

/// Whether every exporter takes a label's name as it is. Two names that are kept are never made one.
fn is_kept(name: &str) -> bool {
    let all = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let reserved = name.starts_with("__");
    all && !reserved && !name.is_empty() && !name.as_bytes()[0].is_ascii_digit()
}
