//! What is known of those who say who they are.

use crate::probers::ProberReport;

/// One whose user agent is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Agent {
    /// What it is, for a sentence.
    pub(crate) what: &'static str,
    pub(crate) role: Role,
    /// How many failures in a row it waits for, where nobody set anything else.
    threshold: u32,
    /// It asks less often where it has sent nothing for a while.
    pub(crate) rests: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Starts, restarts, and tells others of readiness. A pod that ends is taken out as it is deleted, whatever its probes say.
    Orchestrator,
    /// Gives requests to who is ready.
    Balancer,
    /// Asks on behalf of a container: it decides about a restart.
    Exec,
}

/// Of those that aren't known: the most common default, as of the kubelet's `failureThreshold` and HAProxy's `fall`.
const USUAL_THRESHOLD: u32 = 3;

/// What user agents begin with. Thresholds: the defaults of each manual; Envoy takes out on the first 503, whatever its threshold;
/// Consul's is `failures_before_critical` = 0.
const KNOWN: [(&str, Agent); 9] = [
    ("kube-probe/", known("the kubelet", Role::Orchestrator, 3)),
    (
        "ELB-HealthChecker/",
        known("Elastic Load Balancing", Role::Balancer, 2),
    ),
    (
        "GoogleHC/",
        known("Google Cloud Load Balancing", Role::Balancer, 2),
    ),
    (
        "Amazon-Route53-Health-Check-Service",
        known("Route 53", Role::Balancer, 3),
    ),
    (
        "Load Balancer Agent",
        known("Azure Load Balancer", Role::Balancer, 2),
    ),
    (
        "Edge Health Probe",
        known("Azure Front Door", Role::Balancer, 2),
    ),
    ("Envoy/HC", ENVOY),
    ("Consul Health Check", known("Consul", Role::Balancer, 1)),
    ("health-probe", known("`exec_probe`", Role::Exec, 3)),
];

const fn known(what: &'static str, role: Role, threshold: u32) -> Agent {
    Agent {
        what,
        role,
        threshold,
        rests: false,
    }
}

/// Envoy's `no_traffic_interval` is a minute by default.
const ENVOY: Agent = Agent {
    rests: true,
    ..known("Envoy", Role::Balancer, 1)
};

pub(crate) fn agent(report: &ProberReport) -> Option<Agent> {
    let mut all = KNOWN.iter();
    let known = all.find(|(name, _)| report.agent.starts_with(name));
    known.map(|(_, agent)| *agent)
}

/// How many failures in a row it waits for, as far as is known.
pub(crate) fn threshold(report: &ProberReport) -> u32 {
    match agent(report) {
        // Its rule of the first 503 is one of HTTP.
        Some(agent) if agent.threshold == 1 && report.grpc => USUAL_THRESHOLD,
        Some(agent) => agent.threshold,
        None => USUAL_THRESHOLD,
    }
}
