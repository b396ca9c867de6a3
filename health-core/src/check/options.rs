use std::time::Duration;

use crate::Probe;

/// What a failing check does to the probe that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Impact {
    /// The probe is down while the check is.
    Critical,
    /// The probe stays up; the service is degraded.
    Degrades,
    /// Nothing follows from it: how a team introduces a new check.
    Observe,
}

impl Impact {
    /// The lower-case name, as it is written in options and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Degrades => "degrades",
            Self::Observe => "observe",
        }
    }
}

/// Whether what a check looks at belongs to this instance, or is shared by all replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// Only this instance: leaving the load balancer helps.
    Local,
    /// A dependency of every replica: if all leave at once, nobody is left. The default impact of a readiness check is then
    /// [`Impact::Degrades`].
    Shared,
}

impl Scope {
    /// The lower-case name, as it is written in options and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Shared => "shared",
        }
    }
}

/// What somebody asked for, before defaults. Written by the macros and by [`Check`](crate::Check)'s setters.
#[derive(Clone, Copy, Debug, Default)]
#[allow(
    missing_docs,
    reason = "only macros see it; the setters of `Check` are documented"
)]
pub struct Options {
    pub timeout: Option<Duration>,
    pub every: Option<Duration>,
    /// Percent of `every`.
    pub jitter: Option<u8>,
    pub backoff: Option<Duration>,
    pub fail_after: Option<u32>,
    pub pass_after: Option<u32>,
    pub stale_after: Option<Duration>,
    pub initial_delay: Option<Duration>,
    pub impact: Option<Impact>,
    pub scope: Option<Scope>,
}

impl Options {
    /// Nothing asked for.
    pub const NONE: Self = Self {
        timeout: None,
        every: None,
        jitter: None,
        backoff: None,
        fail_after: None,
        pass_after: None,
        stale_after: None,
        initial_delay: None,
        impact: None,
        scope: None,
    };
}

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
    const SHORTEST: Duration = Duration::from_millis(10);

    /// Nothing here waits longer: a number beyond it is a slip of the unit, and would overflow clocks.
    const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

    /// Fills in the defaults for a check of this probe, or says everything that is wrong.
    pub(crate) fn resolve(options: &Options, probe: Probe) -> Result<Self, Vec<String>> {
        let mut wrong = Vec::new();
        let mut duration = |name: &str, given: Option<Duration>, zero_ok: bool| match given {
            Some(Duration::ZERO) if !zero_ok => wrong.push(format!("`{name}` must not be zero")),
            Some(given) if given > Self::LONGEST => {
                wrong.push(format!(
                    "`{name}` is {given:?}, the longest allowed is 7 days"
                ));
            }
            _ => {}
        };
        duration("timeout", options.timeout, false);
        duration("every", options.every, false);
        duration("backoff", options.backoff, false);
        duration("stale_after", options.stale_after, false);
        duration("initial_delay", options.initial_delay, true);
        for (name, given) in [
            ("fail_after", options.fail_after),
            ("pass_after", options.pass_after),
        ] {
            if given == Some(0) {
                wrong.push(format!("`{name}` must be at least 1"));
            }
        }
        if options
            .every
            .is_some_and(|every| !every.is_zero() && every < Self::SHORTEST)
        {
            wrong.push(format!("`every` must be at least {:?}", Self::SHORTEST));
        }
        if probe == Probe::Startup && options.impact == Some(Impact::Degrades) {
            wrong.push(
                "a start-up check can't have `impact = degrades`: start-up succeeds or it doesn't"
                    .to_owned(),
            );
        }
        if options.jitter.is_some_and(|percent| percent > 100) {
            wrong.push("`jitter` must be at most 100 percent".to_owned());
        }

        let timeout = options.timeout.unwrap_or(Duration::from_secs(1));
        let every = options.every.unwrap_or(Duration::from_secs(5));
        let scope = options.scope.unwrap_or(Scope::Local);
        let stale_after = options
            .stale_after
            .unwrap_or_else(|| every.saturating_add(timeout).saturating_mul(3));
        if wrong.is_empty() && stale_after < every {
            wrong.push(format!(
                "`stale_after` ({stale_after:?}) is shorter than `every` ({every:?}): each result would be stale before the next run"
            ));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
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
            stale_after,
            initial_delay: options.initial_delay.unwrap_or(Duration::ZERO),
            impact: options.impact.unwrap_or(match (probe, scope) {
                // Only leaving the load balancer can empty a fleet.
                (Probe::Readiness, Scope::Shared) => Impact::Degrades,
                _ => Impact::Critical,
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
        let ready = Settings::resolve(&Options::NONE, Probe::Readiness).unwrap();
        assert_eq!((ready.timeout, ready.every), (SECOND, 5 * SECOND));
        assert_eq!((ready.fail_after, ready.pass_after), (2, 1));
        assert_eq!(ready.stale_after, 18 * SECOND);
        assert_eq!(ready.backoff, 30 * SECOND);
        assert_eq!(
            (ready.impact, ready.scope),
            (Impact::Critical, Scope::Local)
        );
        let live = Settings::resolve(&Options::NONE, Probe::Liveness).unwrap();
        assert_eq!(live.fail_after, 3);
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
    fn everything_wrong_is_said_at_once() {
        let options = Options {
            every: Some(Duration::ZERO),
            timeout: Some(Duration::MAX),
            fail_after: Some(0),
            jitter: Some(101),
            ..Options::NONE
        };
        let wrong = Settings::resolve(&options, Probe::Readiness).unwrap_err();
        assert_eq!(wrong.len(), 4, "{wrong:?}");
    }

    #[test]
    fn a_result_may_not_be_stale_before_the_next_run() {
        let options = Options {
            stale_after: Some(SECOND),
            ..Options::NONE
        };
        let wrong = Settings::resolve(&options, Probe::Readiness).unwrap_err();
        assert!(wrong[0].contains("shorter than `every`"), "{wrong:?}");
    }
}
