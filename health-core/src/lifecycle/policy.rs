use std::time::Duration;

use tokio::time::Instant;

use crate::lifecycle::presets::Grace;
use crate::lifecycle::{Shutdown, Trigger};

/// How long a shutdown may take, and how much of it is lame duck.
///
/// Both times count from the signal, as the orchestrator's own clock does. Where the service was in
/// [maintenance](crate::Health::begin_drain) before, the lame duck counts from there.
///
/// | preset | its time, where nobody set it | lame duck | deadline |
/// |---|---|---|---|
/// | [`default()`](Self::default) | | 10 s | 25 s |
/// | [`kubernetes(grace)`](Self::kubernetes) | 30 s | 10 s | 25 s |
/// | [`nomad(kill_timeout)`](Self::nomad) | 5 s | 1.7 s | 3.3 s |
/// | [`ecs(stop_timeout)`](Self::ecs) | 30 s | 10 s | 25 s |
/// | [`docker()`](Self::docker) | 10 s | none | 6.7 s |
/// | [`systemd()`](Self::systemd) | 90 s | none | 85 s |
///
/// With a time given, the lame duck is 10 s, or a third of it if that is shorter, and the deadline is 5 s before it ends, or a
/// third before. `start()` refuses what can't work, and warns of what hardly can: a deadline after the kill, little time for what
/// is in flight, a lame duck that no prober notices.
///
/// ```
/// use std::time::Duration;
/// use health_core::DrainPolicy;
///
/// // terminationGracePeriodSeconds: 60
/// let policy = DrainPolicy::kubernetes(Duration::from_secs(60)).lame_duck(Duration::from_secs(15));
/// # let _ = policy;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrainPolicy {
    pub(crate) lame_duck: Duration,
    pub(crate) deadline: Duration,
    /// When the orchestrator kills, where a preset was told.
    pub(crate) grace: Option<Grace>,
    pub(crate) quiet: Option<Duration>,
    pub(crate) stays_ready: bool,
    pub(crate) refuses_while_closing: bool,
    pub(crate) unhealthy_threshold: Option<u32>,
}

impl DrainPolicy {
    /// How long to go on accepting after readiness has turned 503, so that load balancers notice before connections are
    /// refused. 10 s by default; zero to stop accepting at once.
    #[must_use]
    pub fn lame_duck(mut self, lame_duck: Duration) -> Self {
        self.lame_duck = lame_duck;
        self
    }

    /// Whether requests that arrive while closing, on connections from before, are refused: 503, `retry-after`, and the connection
    /// closes. By default they are served, for they were sent before the client could know.
    #[must_use]
    pub fn refuse_while_closing(mut self) -> Self {
        self.refuses_while_closing = true;
        self
    }

    pub(crate) fn refuses_while_closing(&self) -> bool {
        self.refuses_while_closing
    }

    /// How long after the signal to give up waiting for what is in flight. What is left then is ended: requests get 503 or, where
    /// the response has begun, an error (gRPC: `UNAVAILABLE`). 25 s by default; a second at most is added for the ending itself.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Ends the lame duck early, once nobody sends anything any more: after a readiness prober was answered 503 in this drain,
    /// and then no request came for this long. Off by default.
    ///
    /// One prober that was told says nothing about the others, and clients that cache names ask nobody: make it longer than the
    /// slowest prober's interval and the time for which clients keep an address. Requests that are under way don't count, only
    /// those that arrive. `start()` refuses what is zero, or no shorter than the lame duck.
    #[must_use]
    pub fn quiet(mut self, quiet: Duration) -> Self {
        self.quiet = Some(quiet);
        self
    }

    /// Keeps readiness as it is during the lame duck, and turns it 503 when that is over. Off by default.
    ///
    /// For Kubernetes with `externalTrafficPolicy: Local`, where a node has one pod: kube-proxy falls back to terminating
    /// endpoints as long as they are ready (KEP-1669, Proxy Terminating Endpoints), and else drops what the cloud's load balancer
    /// still sends to the node. Kubernetes takes a terminating pod out of the other nodes' endpoints by itself; whoever probes readiness
    /// on his own, as HAProxy and Envoy do, learns of the end only by the closed port. [Maintenance](crate::Health::begin_drain) turns
    /// readiness all the same, and what it has turned stays so. `start()` refuses it together with [`quiet`](Self::quiet), which waits
    /// for a 503, and without a lame duck.
    #[must_use]
    pub fn stay_ready_while_terminating(mut self) -> Self {
        self.stays_ready = true;
        self
    }

    /// After how many failed probes in a row the load balancer takes an instance out: its `unhealthy_threshold`, `fall`,
    /// `failureThreshold`.
    ///
    /// Nothing is done with it but to [warn](crate::AdviceKind::LameDuckTooShort) where a prober notices a shutdown only after the lame
    /// duck: the interval at which it asks is measured, and this is not known. Where it isn't set, it is the default of whoever says in
    /// the user agent that it is an AWS, Azure or Google load balancer, Route 53, Envoy or Consul, and 3 for who sends none, as HAProxy;
    /// others are then taken for monitors. With HAProxy's `fastinter`, or a monitor that is none, set what comes out at the time that it
    /// takes. `start()` refuses zero.
    #[must_use]
    pub fn unhealthy_threshold(mut self, failures: u32) -> Self {
        self.unhealthy_threshold = Some(failures);
        self
    }

    /// Whether the orchestrator takes an instance out before it sends the signal: ECS out of its target groups, Nomad out of the catalogue.
    pub(crate) fn is_taken_out_first(&self) -> bool {
        let setting = self.grace.map(|grace| grace.setting);
        matches!(setting, Some("stopTimeout" | "kill_timeout"))
    }

    /// The lame duck, as it is set.
    #[must_use]
    pub fn planned_lame_duck(&self) -> Duration {
        self.lame_duck
    }

    /// The deadline, as it is set.
    #[must_use]
    pub fn planned_deadline(&self) -> Duration {
        self.deadline
    }

    /// When a shutdown that begins now does what.
    pub(crate) fn plan(&self, trigger: Trigger, began: Instant, skip_lame_duck: bool) -> Shutdown {
        let lame_duck = if skip_lame_duck {
            Duration::ZERO
        } else {
            self.lame_duck
        };
        Shutdown {
            trigger,
            began,
            closing: began + lame_duck,
            deadline: began + self.deadline,
            closed: None,
            credit: Duration::ZERO,
            stays_ready: self.stays_ready,
        }
    }
}

impl Default for DrainPolicy {
    /// For whatever ends the service, if it waits for 30 s: 10 s of lame duck, and a deadline at 25 s.
    fn default() -> Self {
        Self {
            grace: None,
            ..Self::kubernetes(Duration::from_secs(30))
        }
    }
}
