//! What options may not say, each with the reason and the way out. The macros refuse the same, in the same words.

use std::time::Duration;

use crate::Probe;
use crate::check::{Impact, Options, Scope, Settings};

/// Options that would do nothing for a check of that probe, or not what they promise.
const REFUSED: [(Probe, &str, &str); 7] = [
    (
        Probe::Liveness,
        "stale_after",
        "its results never go stale, for a run that was lost is no reason for a restart; leave it out",
    ),
    (
        Probe::Liveness,
        "scope = shared",
        "a restart of every replica does not mend what they share; make it a readiness check",
    ),
    (
        Probe::Startup,
        "stale_after",
        "its first success is final; leave it out",
    ),
    (
        Probe::Startup,
        "scope = shared",
        "that keeps all replicas from leaving at once, and one that has not started has nothing to leave; leave it out",
    ),
    (
        Probe::Startup,
        "impact = degrades",
        "start-up succeeds or it doesn't; use `critical` or `observe`",
    ),
    (
        Probe::External,
        "scope = shared",
        "that keeps all replicas from leaving at once, and no replica leaves for an external check; leave it out",
    ),
    (
        Probe::External,
        "impact = degrades",
        "what only degrades leaves its probe nothing to answer; use `critical` or `observe`",
    ),
];

/// Everything that is wrong with the options of a check of this probe.
pub(crate) fn broken(options: &Options, probe: Probe) -> Vec<String> {
    let durations = [
        ("timeout", options.timeout),
        ("every", options.every),
        ("backoff", options.backoff),
        ("stale_after", options.stale_after),
        ("initial_delay", options.initial_delay),
    ];
    let counts = [
        ("fail_after", options.fail_after),
        ("pass_after", options.pass_after),
    ];
    let durations = durations
        .into_iter()
        .filter_map(|(name, given)| bad_duration(name, given?));
    let counts = counts
        .into_iter()
        .filter(|(_, given)| *given == Some(0))
        .map(|(name, _)| format!("`{name}` must be at least 1: it counts results in a row"));
    durations
        .chain(counts)
        .chain(bad_jitter(options))
        .chain(refused(options, probe))
        .chain(stale_too_soon(options, probe))
        .chain(shrinking(options))
        .collect()
}

fn bad_duration(name: &str, given: Duration) -> Option<String> {
    let shortest = Settings::SHORTEST;
    if given.is_zero() && name != "initial_delay" {
        Some(format!("`{name}` must be longer than zero"))
    } else if given > Settings::LONGEST {
        Some(format!(
            "`{name}` is {given:?}, and the longest allowed is 7 days: is the unit right?"
        ))
    } else if name == "every" && given < shortest {
        Some(format!(
            "`every` must be at least {shortest:?}: more often is a loop and no check"
        ))
    } else {
        None
    }
}

fn bad_jitter(options: &Options) -> Option<String> {
    options.jitter.filter(|percent| *percent > 100).map(|_| {
        "`jitter` is more than 100%, and a run can't be early by more than `every`".to_owned()
    })
}

fn refused(options: &Options, probe: Probe) -> impl Iterator<Item = String> {
    let a_check = match probe {
        Probe::Liveness => "a liveness check",
        Probe::Readiness => "a readiness check",
        Probe::Startup => "a start-up check",
        Probe::External => "an external check",
    };
    let given = |what: &str| match what {
        "stale_after" => options.stale_after.is_some(),
        "scope = shared" => options.scope == Some(Scope::Shared),
        _ => options.impact == Some(Impact::Degrades),
    };
    REFUSED
        .into_iter()
        .filter(move |(of, what, _)| *of == probe && given(what))
        .map(move |(_, what, why)| format!("{a_check} can't have `{what}`: {why}"))
}

/// A result must be believed until the next one can be there.
///
/// It goes stale `stale_after` after the planned start of the next run, and that run is reported within `timeout` of its
/// start, so that `stale_after` ≥ `timeout` keeps a run that is slow but in time from finding the last result stale. Jitter
/// and backoff need no allowance: they move the plan itself, from which both are counted. What may come between plan and
/// start is a millisecond of the timer, and lag: the default leaves room for both.
///
/// A run that says nothing (during lag, or for want of a thread) renews nothing, and the one after it starts about `every`
/// later: hence `stale_after` ≥ `every` as well.
fn stale_too_soon(options: &Options, probe: Probe) -> Option<String> {
    if matches!(probe, Probe::Liveness | Probe::Startup) {
        return None;
    }
    let stale_after = sound("stale_after", options.stale_after?)?;
    let timeout = Limit::new("timeout", options.timeout, Settings::DEFAULT_TIMEOUT);
    let every = Limit::new("every", options.every, Settings::DEFAULT_EVERY);
    let limits = [timeout, every].into_iter().flatten();
    let limit = limits.max_by_key(|limit| limit.least)?;
    let why = match limit.name {
        "timeout" => "a run that is slow, but in time, would find the result before it stale",
        _ => "one run that is lost to a busy runtime would leave nothing to believe until the next",
    };
    limit.undercut("stale_after", stale_after, why)
}

fn shrinking(options: &Options) -> Option<String> {
    let backoff = sound("backoff", options.backoff?)?;
    let every = Limit::new("every", options.every, Settings::DEFAULT_EVERY)?;
    let why = "intervals grow while a check fails, and never shrink";
    every.undercut("backoff", backoff, why)
}

/// A duration that can be compared with others: what is wrong by itself has been said.
fn sound(name: &str, given: Duration) -> Option<Duration> {
    bad_duration(name, given).is_none().then_some(given)
}

/// What another option must not be shorter than.
struct Limit {
    name: &'static str,
    least: Duration,
    note: &'static str,
}

impl Limit {
    fn new(name: &'static str, given: Option<Duration>, default: Duration) -> Option<Self> {
        let (least, note) = match given {
            Some(given) => (sound(name, given)?, ""),
            None => (default, " by default"),
        };
        Some(Self { name, least, note })
    }

    fn undercut(&self, option: &str, given: Duration, why: &str) -> Option<String> {
        let Self { name, least, note } = self;
        (given < *least).then(|| {
            format!("`{option}` ({given:?}) is shorter than `{name}` ({least:?}{note}): {why}; give it at least {least:?}")
        })
    }
}

#[cfg(test)]
mod tests;
