use std::time::Duration;

use crate::lifecycle::DrainPolicy;

/// When the process is killed, counted from the signal, and what the orchestrator calls that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grace {
    pub(crate) time: Duration,
    pub(crate) setting: &'static str,
    /// Readiness is probed as our Kubernetes YAML says.
    pub(crate) probes: bool,
}

/// Left for the process to end after the deadline, before the orchestrator kills it.
const RESERVE: Duration = Duration::from_secs(5);

/// Two readiness probes of ours, five seconds apart.
const LAME_DUCK: Duration = Duration::from_secs(10);

impl DrainPolicy {
    /// For a pod with this `terminationGracePeriodSeconds`: 30 s where a pod doesn't say, from the Kubernetes documentation, *Pod
    /// Lifecycle*, "Termination of Pods". 10 s of lame duck, or a third of the grace if that is shorter, and a deadline 5 s before
    /// the kubelet kills. A `preStop` hook runs first, and takes its time from the same grace.
    #[must_use]
    pub fn kubernetes(grace: Duration) -> Self {
        Self::balanced(Grace {
            time: grace,
            setting: "terminationGracePeriodSeconds",
            probes: true,
        })
    }

    /// For a Nomad task with this `kill_timeout`: 5 s where a task doesn't say, and 30 s at most where the client's
    /// `max_kill_timeout` doesn't, from Nomad's job specification, *task block*, and agent configuration, *client block*.
    ///
    /// 5 s are too few, which `start()` says. Nomad takes the task out of the catalogue before the signal, and waits in between for
    /// the group's `shutdown_delay`, if it has one: with that, `.lame_duck(…)` may be shorter. The signal is SIGINT for most task
    /// drivers (`kill_signal`); it is treated like SIGTERM where there is no terminal.
    #[must_use]
    pub fn nomad(kill_timeout: Duration) -> Self {
        Self::balanced(Grace {
            time: kill_timeout,
            setting: "kill_timeout",
            probes: false,
        })
    }

    /// For an ECS container with this `stopTimeout`: 30 s where a task definition doesn't say, and 120 s at most on Fargate, from
    /// the Amazon ECS API reference, `ContainerDefinition`.
    ///
    /// ECS takes a task out of its load balancers' target groups before the signal (*Task lifecycle*, "DEACTIVATING"); where only
    /// those send traffic, `.lame_duck(…)` may be shorter. Clients of service discovery still come.
    #[must_use]
    pub fn ecs(stop_timeout: Duration) -> Self {
        Self::balanced(Grace {
            time: stop_timeout,
            setting: "stopTimeout",
            probes: false,
        })
    }

    /// For `docker stop` and Compose, which kill after 10 s: from the Docker CLI reference, *docker container stop*, `--timeout`, and
    /// the Compose file reference, `stop_grace_period`.
    ///
    /// No lame duck: nothing in Docker reads readiness, and a restart would only take longer. Behind a load balancer that does, raise
    /// the time to stop, and set `.lame_duck(…)` and `.deadline(…)` of [`default()`](Self::default) by that.
    #[must_use]
    pub fn docker() -> Self {
        Self::unbalanced(Grace {
            time: Duration::from_secs(10),
            setting: "the time to stop (`docker stop --timeout`, `stop_grace_period`)",
            probes: false,
        })
    }

    /// For a systemd unit, which is killed after 90 s: from systemd.service(5), `TimeoutStopSec=`, and systemd-system.conf(5),
    /// `DefaultTimeoutStopSec=`. Fedora has 45 s: there, set the unit's own, or a `.deadline(…)` of 40 s.
    ///
    /// No lame duck: systemd doesn't read readiness, and a restart would only take longer. Behind a load balancer that does, add
    /// `.lame_duck(…)`: its interval times the failures after which it turns away.
    #[must_use]
    pub fn systemd() -> Self {
        Self::unbalanced(Grace {
            time: Duration::from_secs(90),
            setting: "TimeoutStopSec",
            probes: false,
        })
    }

    /// With a lame duck, for whoever balances load by readiness.
    fn balanced(grace: Grace) -> Self {
        let lame_duck = LAME_DUCK.min(grace.time / 3);
        Self::unbalanced(grace).lame_duck(lame_duck)
    }

    fn unbalanced(grace: Grace) -> Self {
        Self {
            lame_duck: Duration::ZERO,
            deadline: grace.deadline(),
            grace: Some(grace),
            quiet: None,
            stays_ready: false,
            refuses_while_closing: false,
            unhealthy_threshold: None,
        }
    }
}

impl Grace {
    /// The deadline that leaves a reserve.
    pub(crate) fn deadline(self) -> Duration {
        self.time.saturating_sub(RESERVE.min(self.time / 3))
    }

    /// The time to kill that a deadline needs.
    pub(crate) fn needed(deadline: Duration) -> Duration {
        deadline + RESERVE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_defaults_of_the_orchestrators_give_what_the_table_says() {
        let table = [
            (DrainPolicy::default(), 10_000, 25_000),
            (DrainPolicy::kubernetes(seconds(30)), 10_000, 25_000),
            (DrainPolicy::nomad(seconds(5)), 1667, 3333),
            (DrainPolicy::ecs(seconds(30)), 10_000, 25_000),
            (DrainPolicy::docker(), 0, 6667),
            (DrainPolicy::systemd(), 0, 85_000),
        ];
        for (policy, lame_duck, deadline) in table {
            let millis = |time: Duration| (time.as_secs_f64() * 1000.0).round();
            assert_eq!(millis(policy.lame_duck), f64::from(lame_duck), "{policy:?}");
            assert_eq!(millis(policy.deadline), f64::from(deadline), "{policy:?}");
        }
    }

    #[test]
    fn any_grace_gives_a_policy_that_can_work() {
        for grace in (0..2000).map(|tenths| seconds(tenths) / 10) {
            for preset in [
                DrainPolicy::kubernetes,
                DrainPolicy::nomad,
                DrainPolicy::ecs,
            ] {
                let policy = preset(grace);
                assert_eq!(policy.problems(), [""; 0], "{grace:?}");
                assert!(policy.deadline <= grace);
            }
        }
    }
}
