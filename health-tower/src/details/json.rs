use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Serialize;

use crate::{CheckReport, CheckState, Impact, Outcome, Probe, ProbeStatus, Snapshot};

/// The document of draft-inadarei-api-health-check, with what we know beyond it under names of our own.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    status: &'static str,
    description: &'static str,
    phase: &'static str,
    in_flight: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    checks: BTreeMap<&'a str, [Check<'a>; 1]>,
}

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
}

pub(crate) fn write(snapshot: &Snapshot, probe: Probe, status: ProbeStatus) -> Bytes {
    let own = || snapshot.checks().filter(|check| check.probe() == probe);
    // What is only observed changes nothing.
    let warns =
        own().any(|check| check.impact() != Impact::Observe && Check::of(check).status != "pass");
    let document = Document {
        status: match (status.is_up(), warns) {
            (false, _) => "fail",
            (true, true) => "warn",
            (true, false) => "pass",
        },
        description: probe.name(),
        phase: snapshot.phase().name(),
        in_flight: snapshot.in_flight(),
        notes: super::verbose::notes(snapshot, probe).collect(),
        checks: own()
            .map(|check| (check.name(), [Check::of(check)]))
            .collect(),
    };
    // Strings, numbers and maps with string keys: nothing in it can fail to be written.
    serde_json::to_vec(&document).unwrap_or_default().into()
}

impl<'a> Check<'a> {
    fn of(check: &'a CheckReport) -> Self {
        let took = check.took().map(|took| took.as_secs_f64() * 1000.0);
        let status = match (check.state(), check.impact(), check.outcome()) {
            (CheckState::Up, _, Some(Outcome::Warn(_) | Outcome::Fail(_))) => "warn",
            (CheckState::Up, ..) => "pass",
            (_, Impact::Critical, _) => "fail",
            _ => "warn",
        };
        Self {
            status,
            state: check.state().name(),
            impact: check.impact().name(),
            scope: check.scope().name(),
            cause: check.cause().map(crate::Cause::name),
            output: check.outcome().and_then(Outcome::reason),
            observed_value: took,
            observed_unit: took.map(|_| "ms"),
            age_seconds: check
                .age()
                .map(|age| (age.as_secs_f64() * 1000.0).round() / 1000.0),
        }
    }
}
