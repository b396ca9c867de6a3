use std::fmt;

use serde::Serialize;

use crate::{ProberReport, Snapshot};

/// Who asks, what is odd about it, and to whom this instance reports by itself: as part of readiness, which most of it is about.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Asked<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) probers: Vec<Prober<'a>>,
    /// Questions of those for whom there is no room.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) unlisted_questions: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) advice: Vec<Advice>,
    #[cfg(feature = "heartbeat")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) heartbeats: Vec<crate::details::beats::Beats<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Prober<'a> {
    pub(crate) user_agent: &'a str,
    probe: &'static str,
    over: &'static str,
    pub(crate) at: &'a str,
    asked: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval_seconds: Option<f64>,
    age_seconds: f64,
    last_answer: &'static str,
    #[serde(skip)]
    line: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Advice {
    kind: &'static str,
    pub(crate) what: String,
}

impl<'a> Asked<'a> {
    /// There are no more of either than that anybody can read them.
    pub(crate) fn of(snapshot: &'a Snapshot) -> Self {
        let advice = snapshot.advice().map(|advice| Advice {
            kind: advice.kind().name(),
            what: advice.to_string(),
        });
        Self {
            probers: snapshot.probers().map(Prober::of).collect(),
            unlisted_questions: snapshot.unlisted_questions(),
            advice: advice.collect(),
            #[cfg(feature = "heartbeat")]
            heartbeats: crate::details::beats::Beats::of(snapshot),
        }
    }
}

impl<'a> Prober<'a> {
    fn of(report: &'a ProberReport) -> Self {
        let tenth = |seconds: f64| (seconds * 10.0).round() / 10.0;
        Self {
            user_agent: report.user_agent(),
            probe: report.probe().name(),
            over: if report.is_grpc() { "grpc" } else { "http" },
            at: report.place(),
            asked: report.asked(),
            interval_seconds: report
                .interval()
                .map(|interval| tenth(interval.as_secs_f64())),
            age_seconds: tenth(report.age().as_secs_f64()),
            last_answer: if report.was_told_up() { "up" } else { "down" },
            line: report.to_string(),
        }
    }
}

impl fmt::Display for Prober<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            age_seconds,
            last_answer,
            ..
        } = self;
        // A sign of its own: it keeps no probe down.
        write!(
            f,
            "[ ]{line}; {age_seconds} s ago it was told `{last_answer}`"
        )
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[!]advice {}: {}", self.kind, self.what)
    }
}

const fn is_zero(number: &u64) -> bool {
    *number == 0
}
