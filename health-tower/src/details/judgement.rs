use std::fmt;

use serde::Serialize;

use crate::{Snapshot, Verdict};

/// The verdict, as part of readiness and of the user's path.
#[derive(Debug, Serialize)]
pub(crate) struct Judgement {
    #[serde(rename = "is")]
    verdict: &'static str,
    seconds: f64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) evidence: Vec<Evidence>,
    #[serde(skip)]
    pub(crate) healthy: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct Evidence {
    rule: &'static str,
    pub(crate) what: String,
}

/// More is not worth reading: the first one decided.
const MOST: usize = 20;

impl Judgement {
    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        let report = snapshot.verdict();
        let evidence = report.evidence().iter().take(MOST);
        let evidence = evidence.map(|evidence| Evidence {
            rule: evidence.rule().name(),
            what: evidence.to_string(),
        });
        Self {
            verdict: report.verdict().name(),
            seconds: report.age().as_secs_f64().round(),
            evidence: evidence.collect(),
            healthy: report.verdict() == Verdict::Healthy,
        }
    }
}

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither plus nor minus: it keeps no probe down.
        write!(f, "[!]verdict {} for {} s", self.verdict, self.seconds)?;
        let mut between = ": ";
        for Evidence { rule, what } in &self.evidence {
            write!(f, "{between}{what} ({rule})")?;
            between = "; ";
        }
        Ok(())
    }
}
