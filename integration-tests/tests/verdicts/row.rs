use std::collections::BTreeMap;
use std::time::Duration;

use integration_tests::gray::Seen;

use crate::case::Case;
use crate::outcome::Outcome;

/// All repetitions of one case.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) case: Case,
    pub(crate) outcomes: Vec<Outcome>,
    /// Why it was not run.
    pub(crate) missing: Option<String>,
}

impl Row {
    pub(crate) fn new(case: Case) -> Self {
        Self {
            case,
            outcomes: Vec::new(),
            missing: None,
        }
    }

    /// Whether there is something to be found.
    pub(crate) fn is_fault(&self) -> bool {
        !self.case.finds.is_empty()
    }

    pub(crate) fn found(&self) -> Vec<Duration> {
        let found = self.outcomes.iter().filter_map(|outcome| outcome.found);
        found.collect()
    }

    /// How often there was an accusation that was wrong.
    pub(crate) fn wrongly(&self) -> usize {
        let wrongly = |outcome: &&Outcome| !outcome.wrongly.is_empty();
        self.outcomes.iter().filter(wrongly).count()
    }

    /// When this peer complained.
    pub(crate) fn peer(&self, peer: usize) -> Vec<Duration> {
        let found = self.outcomes.iter();
        found.filter_map(|outcome| outcome.peers[peer]).collect()
    }

    /// What was given, and by which rules; and how often.
    pub(crate) fn given(&self) -> BTreeMap<String, usize> {
        let mut given = BTreeMap::new();
        for Outcome {
            given: verdict,
            rules,
            ..
        } in &self.outcomes
        {
            let said = match rules.is_empty() {
                true => verdict.to_string(),
                false => format!("{verdict} (`{}`)", rules.replace(',', "`, `")),
            };
            *given.entry(said).or_default() += 1;
        }
        given
    }

    /// What clients saw before, and then.
    pub(crate) fn seen(&self) -> [Seen; 2] {
        let [mut before, mut during] = <[Seen; 2]>::default();
        for outcome in &self.outcomes {
            before.add(outcome.before.clone());
            during.add(outcome.during.clone());
        }
        [before, during]
    }

    /// What should not have been.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let name = self.case.name;
        let mut complaints = Vec::new();
        let (found, of) = (self.found().len(), self.outcomes.len());
        // The aim is of all of them together, for chance has a part in some; one that is never found is another matter.
        if self.is_fault() && found == 0 && of > 2 {
            let (expected, given) = (self.case.finds, self.given());
            complaints.push(format!(
                "{name}: found {found} of {of} times, as {expected:?}: {given:?}"
            ));
        }
        for outcome in &self.outcomes {
            if !outcome.wrongly.is_empty() {
                complaints.push(format!("{name}: accused wrongly, as {:?}", outcome.wrongly));
            }
            if let Some(problem) = &outcome.details {
                complaints.push(format!("{name}: {problem}"));
            }
            // Else nothing was tried.
            if outcome.before.right == 0 || outcome.during.due() == 0 {
                complaints.push(format!("{name}: there was no load"));
            }
        }
        complaints
    }
}
