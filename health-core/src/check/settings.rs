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

    /// The table that users read stands beside the macros.
    #[test]
    fn documented_defaults_are_those_that_hold() {
        let root = env!("CARGO_MANIFEST_DIR");
        let path = format!("{root}/../health-macros/src/options.md");
        let text = std::fs::read_to_string(path).unwrap();
        let resolve = |options: &Options, probe| Settings::resolve(options, probe).unwrap();
        let [all, liveness] =
            [Probe::Readiness, Probe::Liveness].map(|probe| resolve(&Options::NONE, probe));
        let shared = Options {
            scope: Some(Scope::Shared),
            ..Options::NONE
        };
        let shared = resolve(&shared, Probe::Readiness).impact.name();
        let seconds = |duration: Duration| format!("`\"{}s\"`", duration.as_secs_f64());
        let stale = all.stale_after.div_duration_f64(all.every + all.timeout);
        assert!(all.initial_delay.is_zero());
        for (option, default) in [
            ("timeout", seconds(all.timeout)),
            ("every", seconds(all.every)),
            ("jitter", format!("`\"{}%\"`", all.jitter * 100.0)),
            ("backoff", seconds(all.backoff)),
            (
                "fail_after",
                format!(
                    "{}, and {} for liveness",
                    all.fail_after, liveness.fail_after
                ),
            ),
            ("pass_after", all.pass_after.to_string()),
            ("stale_after", format!("{stale} × (`every` + `timeout`)")),
            ("initial_delay", "none".to_owned()),
            (
                "impact",
                format!("`{}`; `{shared}` where `scope = shared`", all.impact.name()),
            ),
            ("scope", format!("`{}`", all.scope.name())),
        ] {
            let begin = format!("| `{option} = ");
            let row = text.lines().find(|line| line.starts_with(&begin)).unwrap();
            assert_eq!(row.split(" | ").nth(1), Some(&*default), "{option}");
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
