use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use health_tower::Verdict;

/// The verdicts of one host, as it printed them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timeline(Arc<Mutex<Vec<Said>>>);

/// From when on it held, and by which rules.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) at: SystemTime,
    pub(crate) verdict: Verdict,
    pub(crate) rules: String,
}

impl Timeline {
    /// Whether this line was about it.
    pub(crate) fn hear(&self, line: &str) -> bool {
        let Some(said) = line.strip_prefix("verdict ") else {
            return false;
        };
        let [millis, name, rules] = said.splitn(3, ' ').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let millis = Duration::from_millis(millis.parse().unwrap());
        self.0.lock().unwrap().push(Said {
            at: UNIX_EPOCH + millis,
            verdict: verdict(name),
            rules: rules.to_owned(),
        });
        true
    }

    /// What held in this time: what held at its beginning, and what came then.
    pub(crate) fn between(&self, begin: SystemTime, end: SystemTime) -> Vec<Said> {
        let all = self.0.lock().unwrap();
        let before = all.iter().rev().find(|said| said.at < begin).cloned();
        let since = all.iter().filter(|said| begin <= said.at && said.at <= end);
        before.into_iter().chain(since.cloned()).collect()
    }

    /// What was said last.
    pub(crate) fn last(&self) -> Option<Verdict> {
        self.0.lock().unwrap().last().map(|said| said.verdict)
    }
}

fn verdict(name: &str) -> Verdict {
    use Verdict::{Degraded, Down, Gray, Healthy, Overloaded};

    let known = [Healthy, Degraded, Overloaded, Gray, Down];
    let known = known.into_iter().find(|verdict| verdict.name() == name);
    known.unwrap_or_else(|| panic!("no verdict: {name}"))
}
