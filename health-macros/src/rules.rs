//! What options may not say together, each with the reason and the way out. `start()` refuses the same of a `Check`, in the
//! same words.

use std::time::Duration;

use quote::ToTokens;

use crate::args::{Args, Setting};
use crate::errors::Errors;
use crate::kind::Kind;
use crate::values::{self, Value};

/// Options that would do nothing for a check of that kind, or not what they promise.
const REFUSED: [(Kind, &str, &str); 7] = [
    (
        Kind::Liveness,
        "stale_after",
        "its results never go stale, for a run that was lost is no reason for a restart; \
         leave it out",
    ),
    (
        Kind::Liveness,
        "scope = shared",
        "a restart of every replica does not mend what they share; make it a readiness check",
    ),
    (
        Kind::Startup,
        "stale_after",
        "its first success is final; leave it out",
    ),
    (
        Kind::Startup,
        "scope = shared",
        "that keeps all replicas from leaving at once, and one that has not started has nothing \
         to leave; leave it out",
    ),
    (
        Kind::Startup,
        "impact = degrades",
        "start-up succeeds or it doesn't; use `critical` or `observe`",
    ),
    (
        Kind::External,
        "scope = shared",
        "that keeps all replicas from leaving at once, and no replica leaves for an external \
         check; leave it out",
    ),
    (
        Kind::External,
        "impact = degrades",
        "what only degrades leaves its probe nothing to answer; use `critical` or `observe`",
    ),
];

/// Adds everything that is wrong with options that are each right by themselves.
pub(crate) fn refuse(kind: Kind, args: &Args, errors: &mut Errors) {
    without_effect(kind, args, errors);
    if !matches!(kind, Kind::Liveness | Kind::Startup) {
        stale_too_soon(args, errors);
    }
    shrinking(args, errors);
}

fn without_effect(kind: Kind, args: &Args, errors: &mut Errors) {
    let a_check = match kind {
        Kind::Liveness => "a liveness check",
        Kind::Readiness => "a readiness check",
        Kind::Startup => "a start-up check",
        Kind::External => "an external check",
    };
    for (_, what, why) in REFUSED.iter().filter(|(of, ..)| *of == kind) {
        if let Some(setting) = args.settings.iter().find(|setting| setting.says(what)) {
            errors.at(setting, format!("{a_check} can't have `{what}`: {why}"));
        }
    }
}

impl Setting {
    /// Whether it is the option that is meant by `stale_after` or by `scope = shared`.
    fn says(&self, what: &str) -> bool {
        match (what.split_once(" = "), &self.value) {
            (None, _) => self.key == what,
            (Some((key, word)), Value::Variant(_, variant)) => {
                self.key == key && variant.to_string().eq_ignore_ascii_case(word)
            }
            _ => false,
        }
    }
}

impl ToTokens for Setting {
    fn to_tokens(&self, tokens: &mut proc_macro2::TokenStream) {
        let Self { key, written, .. } = self;
        tokens.extend(quote::quote!(#key = #written));
    }
}

/// A result must be believed until the next one can be there: it goes stale `stale_after` after the *planned* start of the
/// next run, which takes `timeout` at most; and if that run is lost, the one after it comes `every` later.
fn stale_too_soon(args: &Args, errors: &mut Errors) {
    let timeout = Limit::new("timeout", args, values::DEFAULT_TIMEOUT);
    let every = Limit::new("every", args, values::DEFAULT_EVERY);
    let limits = [timeout, every].into_iter().flatten();
    let Some(limit) = limits.max_by_key(|limit| limit.least) else {
        return;
    };
    let why = match limit.name {
        "timeout" => "a run that is slow, but in time, would find the result before it stale",
        _ => "one run that is lost to a busy runtime would leave nothing to believe until the next",
    };
    limit.keep("stale_after", args, why, errors);
}

fn shrinking(args: &Args, errors: &mut Errors) {
    if let Some(every) = Limit::new("every", args, values::DEFAULT_EVERY) {
        let why = "intervals grow while a check fails, and never shrink";
        every.keep("backoff", args, why, errors);
    }
}

/// What another option must not be shorter than.
struct Limit {
    name: &'static str,
    least: Duration,
    note: &'static str,
}

impl Limit {
    /// `None` where it was given and is wrong by itself, which has been said.
    fn new(name: &'static str, args: &Args, default: Duration) -> Option<Self> {
        let (least, note) = match args.duration(name) {
            Some((given, _)) => (given, ""),
            None if args.given.contains(&name) => return None,
            None => (default, " by default"),
        };
        Some(Self { name, least, note })
    }

    fn keep(&self, option: &str, args: &Args, why: &str, errors: &mut Errors) {
        let Some((given, setting)) = args.duration(option) else {
            return;
        };
        if given < self.least {
            let Self { name, note, .. } = self;
            let [given, least] = [given, self.least].map(humantime::format_duration);
            errors.at(
                &setting.written,
                format!(
                    "`{option}` ({given}) is shorter than `{name}` ({least}{note}): {why}; \
                     give it at least {least}"
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests;
