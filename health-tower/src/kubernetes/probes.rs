use std::fmt;
use std::time::Duration;

use crate::kubernetes::{Action, Stanza};
use crate::{DrainPolicy, HealthLayer, Probe};

/// The probes and the `terminationGracePeriodSeconds` that fit this service as it is configured: its paths, its drain policy, its
/// start-up deadline. `Display` is YAML for a pod's `spec`, ready to paste.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use health_tower::{Health, HealthLayer, KubernetesProbes};
///
/// let health = Health::builder().start()?;
/// let layer = HealthLayer::new(&health);
/// let yaml = KubernetesProbes::new(&layer).container("orders").port(8080).probe_server(9090).to_string();
/// # let yaml: String = yaml.lines().filter(|line| !line.trim_start().starts_with('#')).map(|line| {
/// #     line.split(" #").next().unwrap().to_owned() + "\n"
/// # }).collect();
/// assert_eq!(yaml, r#"terminationGracePeriodSeconds: 30
/// containers:
///   - name: "orders"
///     startupProbe:
///       httpGet:
///         path: /health/startup
///         port: 9090
///       periodSeconds: 1
///       timeoutSeconds: 1
///       failureThreshold: 60
///     livenessProbe:
///       httpGet:
///         path: /health/live
///         port: 9090
///       periodSeconds: 10
///       timeoutSeconds: 1
///       failureThreshold: 3
///     readinessProbe:
///       httpGet:
///         path: /health/ready
///         port: 8080
///       periodSeconds: 5
///       timeoutSeconds: 1
///       failureThreshold: 1
/// "#); // and comments, which say why
/// # Ok(()) }
/// ```
///
/// # The numbers
///
/// | | |
/// |---|---|
/// | readiness, every 5 s, 1 failure | checks have thresholds of their own; more here would only be slower. A lame duck should be longer |
/// | liveness, every 10 s, 3 failures | a restart is the last resort; on the [`ProbeServer`](Self::probe_server)'s port, a busy application still answers |
/// | start-up, every second, for the [`startup_deadline`](crate::HealthBuilder::startup_deadline) | the container is restarted where start-up takes longer; every 2 s beyond 5 min |
/// | grace | the deadline of the [`DrainPolicy`] and 5 s, rounded up to seconds. A preStop hook takes its time from it: add that |
///
/// A question that has no path among the layer's has no probe here.
#[derive(Clone, Debug)]
#[must_use = "it is printed with `println!(\"{}\", …)`"]
pub struct KubernetesProbes {
    paths: [Option<String>; 3],
    policy: DrainPolicy,
    startup_deadline: Duration,
    container: String,
    port: u16,
    probe_server: Option<u16>,
    grpc: bool,
    answers_grpc: bool,
}

/// After the deadline, for the report and the end of the process; as [`DrainPolicy::kubernetes`] leaves it.
const RESERVE: u64 = 5;

/// The types in the Kubernetes API are `int32`.
const MOST: u64 = i32::MAX as u64;

impl KubernetesProbes {
    /// For the paths of this layer and its `Health`, on port 8080, over HTTP.
    pub fn new(layer: &HealthLayer) -> Self {
        let (health, table) = (layer.health(), layer.shared().paths);
        let asked = [Probe::Startup, Probe::Liveness, Probe::Readiness];
        Self {
            paths: asked.map(|probe| table.path(probe).map(str::to_owned)),
            policy: health.drain_policy(),
            startup_deadline: health.startup_deadline(),
            container: "app".to_owned(),
            port: 8080,
            probe_server: None,
            grpc: false,
            #[cfg(feature = "grpc")]
            answers_grpc: layer.shared().grpc.is_some(),
            #[cfg(not(feature = "grpc"))]
            answers_grpc: false,
        }
    }

    /// The container's name; `app` where it isn't said.
    pub fn container(mut self, name: impl Into<String>) -> Self {
        self.container = name.into();
        self
    }

    /// The application's port; 8080 where it isn't said. Readiness always asks that one: what it says should be true of the port that
    /// gets the traffic.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The port of a [`ProbeServer`](https://docs.rs/health-tower/latest/health_tower/struct.ProbeServer.html), which liveness and
    /// start-up then ask: a saturated application is not restarted for being busy.
    pub fn probe_server(mut self, port: u16) -> Self {
        self.probe_server = Some(port);
        self
    }

    /// Asks the application's port by gRPC health, for a server that speaks no HTTP/1. The layer answers it where it was built with
    /// `HealthLayerBuilder::grpc`; where it was not, a comment says so. The services are named, and must be: the unnamed one, `""`, follows readiness, and as a liveness probe it **restarts each pod that is not ready**.
    pub fn grpc(mut self) -> Self {
        self.grpc = true;
        self
    }

    fn action<'a>(
        &self,
        path: Option<&'a String>,
        service: &'static str,
        own_port: Option<u16>,
    ) -> Option<Action<'a>> {
        let port = self.port;
        if self.grpc && own_port.is_none() {
            return Some(Action::Grpc { service, port });
        }
        let port = own_port.unwrap_or(port);
        path.map(|path| Action::Http { path, port })
    }

    fn stanzas(&self) -> impl Iterator<Item = Stanza<'_>> {
        let [startup, live, ready] = &self.paths;
        let (period, failures) = startup_period(self.startup_deadline);
        let startup = self
            .action(startup.as_ref(), "startup", self.probe_server)
            .map(|action| Stanza {
                name: "startupProbe",
                why: "Holds the other two back until start-up is over, and restarts where that takes too long.",
                action,
                period,
                failures,
            });
        let live = self
            .action(live.as_ref(), "liveness", self.probe_server)
            .map(|action| Stanza {
                name: "livenessProbe",
                why: match action {
                    Action::Http { .. } => "Restarts what only a restart cures. Stays 200 while it drains.",
                    Action::Grpc { .. } => {
                        "Never without `service`: \"\" follows readiness, and would restart what is only not ready."
                    }
                },
                action,
                period: 10,
                failures: 3,
            });
        let ready = self
            .action(ready.as_ref(), "readiness", None)
            .map(|action| Stanza {
                name: "readinessProbe",
                why: "One failure: the checks behind it have thresholds of their own.",
                action,
                period: 5,
                failures: 1,
            });
        startup.into_iter().chain(live).chain(ready)
    }
}

impl fmt::Display for KubernetesProbes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (lame_duck, deadline) = (
            self.policy.planned_lame_duck(),
            self.policy.planned_deadline(),
        );
        let grace = whole_seconds(deadline).saturating_add(RESERVE);
        let (lame_duck, deadline) = (shown(lame_duck), shown(deadline));
        writeln!(
            f,
            "# {lame_duck} s of lame duck, a deadline {deadline} s after SIGTERM, {RESERVE} s to end. Add what a preStop hook takes."
        )?;
        if self.grpc && !self.answers_grpc {
            writeln!(
                f,
                "# The layer does not answer gRPC health: build it with `.grpc(GrpcHealth::new())`, or these probes fail."
            )?;
        }
        writeln!(f, "terminationGracePeriodSeconds: {grace}")?;
        writeln!(f, "containers:")?;
        // In quotes: YAML takes some names for numbers, or for true and false.
        writeln!(f, "  - name: {:?}", self.container)?;
        self.stanzas().try_for_each(|stanza| stanza.fmt(f))
    }
}

/// Every second, unless that would be for long.
fn startup_period(deadline: Duration) -> (u64, u64) {
    let seconds = whole_seconds(deadline);
    let period = if seconds <= 300 { 1 } else { 2 };
    (period, seconds.div_ceil(period).clamp(1, MOST))
}

fn whole_seconds(time: Duration) -> u64 {
    time.as_secs()
        .saturating_add(u64::from(time.subsec_nanos() > 0))
}

fn shown(time: Duration) -> f64 {
    (time.as_secs_f64() * 10.0).round() / 10.0
}
