use std::time::Duration;

use bytes::Bytes;
use serde::{Serialize, Serializer};

use crate::details::asked::Asked;
use crate::details::excerpt::{Excerpt, Verdict};
use crate::details::judgement::Judgement;
use crate::details::traffic::Traffic;
use crate::details::vitals::Vitals;
use crate::{Cause, CheckReport, Impact, Outcome};

/// The document of draft-inadarei-api-health-check, with what we know beyond it under names of our own.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    status: &'static str,
    description: &'static str,
    phase: &'static str,
    in_flight: usize,
    connections: usize,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'a [String],
    #[serde(skip_serializing_if = "is_zero")]
    truncated: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'a Judgement>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    traffic: &'a [Traffic<'a>],
    checks: Checks<'a>,
    #[serde(flatten)]
    asked: &'a Asked<'a>,
    #[serde(flatten)]
    vitals: &'a Vitals<'a>,
}

/// By name, in the order of the excerpt.
struct Checks<'a>(&'a [(Verdict, &'a CheckReport)]);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Check<'a> {
    status: &'static str,
    state: &'static str,
    impact: &'static str,
    scope: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed_value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed_unit: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outages: Option<Outages>,
}

/// The times at which it was down; of a check that is only observed, what it would have done.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outages {
    count: u64,
    seconds: f64,
    longest_seconds: f64,
    observed_seconds: f64,
}

pub(crate) fn write(excerpt: &Excerpt<'_>) -> Bytes {
    let verdict = match (excerpt.status.is_up(), excerpt.warns) {
        (false, _) => Verdict::Fail,
        (true, true) => Verdict::Warn,
        (true, false) => Verdict::Pass,
    };
    let document = Document {
        status: name(verdict),
        description: excerpt.probe.name(),
        phase: excerpt.phase.name(),
        in_flight: excerpt.in_flight,
        connections: excerpt.connections,
        notes: &excerpt.notes,
        truncated: excerpt.truncated,
        verdict: excerpt.judgement.as_ref(),
        traffic: &excerpt.traffic,
        checks: Checks(&excerpt.checks),
        asked: &excerpt.asked,
        vitals: &excerpt.vitals,
    };
    let mut text = Vec::with_capacity(excerpt.size);
    // Strings, numbers and maps with string keys: nothing in it can fail to be written.
    let _ = serde_json::to_writer(&mut text, &document);
    text.into()
}

impl Serialize for Checks<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let checks = self.0.iter();
        let named = checks.map(|&(verdict, check)| (check.name(), [Check::of(verdict, check)]));
        serializer.collect_map(named)
    }
}

impl<'a> Check<'a> {
    fn of(verdict: Verdict, check: &'a CheckReport) -> Self {
        let took = check.took().map(|took| took.as_secs_f64() * 1000.0);
        Self {
            status: name(verdict),
            state: check.state().name(),
            impact: check.impact().name(),
            scope: check.scope().name(),
            cause: check.cause().map(Cause::name),
            output: check.outcome().and_then(Outcome::reason),
            observed_value: took,
            observed_unit: took.map(|_| "ms"),
            age_seconds: check
                .age()
                .map(|age| (age.as_secs_f64() * 1000.0).round() / 1000.0),
            outages: Outages::of(check),
        }
    }
}

impl Outages {
    /// That there were none is news only where somebody waits for it.
    fn of(check: &CheckReport) -> Option<Self> {
        let outages = check.outages();
        let tells = outages.count() > 0 || check.impact() == Impact::Observe;
        let tenths = |time: Duration| (time.as_secs_f64() * 10.0).round() / 10.0;
        tells.then(|| Self {
            count: outages.count(),
            seconds: tenths(outages.total()),
            longest_seconds: tenths(outages.longest()),
            observed_seconds: tenths(outages.observed()),
        })
    }
}

const fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail => "fail",
        Verdict::Warn => "warn",
        Verdict::Pass => "pass",
    }
}

const fn is_zero(number: &usize) -> bool {
    *number == 0
}
