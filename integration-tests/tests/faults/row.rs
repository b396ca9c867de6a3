use std::collections::BTreeSet;
use std::time::Duration;

use crate::host::Heard;
use crate::watch::Seen;

/// All repetitions of one fault.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) fault: String,
    /// As one of what it is to be found; `None` where a restart doesn't cure it.
    pub(crate) expected: Option<&'static [&'static str]>,
    pub(crate) repetitions: usize,
    pub(crate) seen: Seen,
    /// From when it was complete until our liveness failed; one for each time that it did.
    pub(crate) detected: Vec<Duration>,
    /// Faults that were logged, and their kinds.
    pub(crate) logged: usize,
    pub(crate) kinds: BTreeSet<String>,
    /// The same of the other watchdog.
    pub(crate) theirs: Vec<Duration>,
    /// Whether it goes into the table, or only must hold.
    pub(crate) shown: bool,
}

impl Row {
    pub(crate) fn new(fault: impl Into<String>, expected: Option<&'static [&'static str]>) -> Self {
        Self {
            fault: fault.into(),
            expected,
            repetitions: 0,
            seen: Seen::default(),
            detected: Vec::new(),
            logged: 0,
            kinds: BTreeSet::new(),
            theirs: Vec::new(),
            shown: true,
        }
    }

    /// It doesn't go into the table.
    pub(crate) fn only_must_hold(&mut self) {
        self.shown = false;
        self.fault.push_str(", with default limits");
    }

    /// One more repetition.
    pub(crate) fn add(&mut self, seen: &Seen, heard: Heard, detected: Option<Duration>) {
        self.repetitions += 1;
        self.seen.add(seen);
        self.detected.extend(detected);
        self.logged += heard.faults;
        if let Some(kinds) = heard.kinds {
            self.kinds.extend(kinds.split(',').map(str::to_owned));
        }
        self.theirs.extend(heard.theirs.map(|(after, _)| after));
    }

    /// How often ours said that a restart helps, of how often it was asked.
    pub(crate) fn accused(&self) -> (usize, usize) {
        let [ours, on_app] = [self.seen.ours, self.seen.on_app];
        (
            ours.unavailable + on_app.unavailable,
            ours.count() + on_app.count(),
        )
    }

    /// What should not have been.
    pub(crate) fn complaint(&self) -> Option<String> {
        let (accused, asked) = self.accused();
        let sound = match self.expected {
            Some(expected) => {
                let known = self
                    .kinds
                    .iter()
                    .all(|kind| expected.contains(&kind.as_str()));
                known && self.detected.len() == self.repetitions && self.logged >= self.repetitions
            }
            None => (accused, self.logged) == (0, 0) && self.seen.ours.ok > 0,
        };
        (!sound).then(|| {
            format!(
                "{}: detected {} of {} times, {} faults logged ({:?}), {accused} of {asked} probes failed",
                self.fault,
                self.detected.len(),
                self.repetitions,
                self.logged,
                self.kinds,
            )
        })
    }
}
