use std::time::Duration;

use crate::Probe;
use crate::check::{Impact, Options, Scope, rules};

/// How a check runs: the options with the defaults filled in, and found to make sense.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Settings {
    pub(crate) timeout: Duration,
    pub(crate) every: Duration,
    pub(crate) jitter: f64,
    pub(crate) backoff: Duration,
    pub(crate) fail_after: u32,
    pub(crate) pass_after: u32,
    pub(crate) stale_after: Duration,
    pub(crate) initial_delay: Duration,
    pub(crate) impact: Impact,
    pub(crate) scope: Scope,
}

impl Settings {
    /// More often than this is a loop and no check.
    pub(crate) const SHORTEST: Duration = Duration::from_millis(10);

    /// Nothing here waits longer: a number beyond it is a slip of the unit, and would overflow clocks.
    pub(crate) const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

    pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(1);
    pub(crate) const DEFAULT_EVERY: Duration = Duration::from_secs(5);

    /// Fills in the defaults for a check of this probe, or says everything that is wrong.
    pub(crate) fn resolve(options: &Options, probe: Probe) -> Result<Self, Vec<String>> {
        let wrong = rules::broken(options, probe);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let timeout = options.timeout.unwrap_or(Self::DEFAULT_TIMEOUT);
        let every = options.every.unwrap_or(Self::DEFAULT_EVERY);
        let scope = options.scope.unwrap_or(Scope::Local);
        Ok(Self {
            timeout,
            every,
            jitter: f64::from(options.jitter.unwrap_or(10)) / 100.0,
            backoff: options.backoff.unwrap_or(Duration::from_secs(30)),
            fail_after: options.fail_after.unwrap_or(match probe {
                Probe::Liveness => 3,
                Probe::Readiness | Probe::Startup | Probe::External => 2,
            }),
            pass_after: options.pass_after.unwrap_or(1),
            stale_after: options.stale_after.unwrap_or((every + timeout) * 3),
            initial_delay: options.initial_delay.unwrap_or(Duration::ZERO),
            impact: options.impact.unwrap_or(match scope {
                // All replicas that leave at once are nobody left.
                Scope::Shared => Impact::Degrades,
                Scope::Local => Impact::Critical,
            }),
            scope,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn defaults_are_the_documented_ones() {
        for probe in Probe::ALL {
            let expected = Settings {
                timeout: SECOND,
                every: 5 * SECOND,
                jitter: 0.1,
                backoff: 30 * SECOND,
                fail_after: if probe == Probe::Liveness { 3 } else { 2 },
                pass_after: 1,
                stale_after: 18 * SECOND,
                initial_delay: Duration::ZERO,
                impact: Impact::Critical,
                scope: Scope::Local,
            };
            assert_eq!(Settings::resolve(&Options::NONE, probe), Ok(expected));
        }
    }

    #[test]
    fn a_shared_dependency_degrades_unless_said_otherwise() {
        let mut options = Options {
            scope: Some(Scope::Shared),
            ..Options::NONE
        };
        let impact =
            |options: &Options| Settings::resolve(options, Probe::Readiness).unwrap().impact;
        assert_eq!(impact(&options), Impact::Degrades);
        options.impact = Some(Impact::Critical);
        assert_eq!(impact(&options), Impact::Critical);
    }

    #[test]
    fn results_are_believed_for_longer_where_runs_take_or_wait_longer() {
        let options = Options {
            timeout: Some(600 * SECOND),
            ..Options::NONE
        };
        let slow = Settings::resolve(&options, Probe::Readiness).unwrap();
        assert_eq!(slow.stale_after, 3 * 605 * SECOND);
    }
}
