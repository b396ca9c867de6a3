use std::collections::HashMap;
use std::time::Duration;

use super::gateway::Entry;

/// Who was in the list, and when they were first seen to be gone.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    came: HashMap<Entry, Duration>,
    gone: HashMap<Entry, Duration>,
}

impl History {
    /// Whoever tells it first is believed.
    pub(crate) fn change(&mut self, at: Duration, gone: bool, entry: Entry) {
        let list = if gone { &mut self.gone } else { &mut self.came };
        let first = list.entry(entry).or_insert(at);
        *first = at.min(*first);
    }

    /// All that was there under this revision. It may be an old one.
    pub(crate) fn list(&mut self, at: Duration, revision: u64, all: &[Entry]) {
        for entry in all {
            self.change(at, false, entry.clone());
        }
        // Who came later can't be part of it.
        let missing = self.came.keys().filter(|entry| entry.token <= revision);
        let missing: Vec<_> = missing
            .filter(|entry| !all.contains(entry))
            .cloned()
            .collect();
        for entry in missing {
            self.change(at, true, entry);
        }
    }

    /// Whether the list has it under this token now.
    pub(crate) fn has(&self, key: &str, token: u64) -> bool {
        let key = key.to_owned();
        let entry = Entry { key, token };
        self.came.contains_key(&entry) && !self.gone.contains_key(&entry)
    }

    /// Its tokens, and when each was gone, in the order of that.
    pub(crate) fn gone(&self, key: &str) -> Vec<(u64, Duration)> {
        let gone = self.gone.iter().filter(|(entry, _)| entry.key == key);
        let mut gone: Vec<_> = gone.map(|(entry, at)| (entry.token, *at)).collect();
        gone.sort_by_key(|(_, at)| *at);
        gone
    }
}

#[test]
fn who_is_not_in_a_later_list_is_gone() {
    let entry = |token| Entry {
        key: "a".to_owned(),
        token,
    };
    let at = Duration::from_secs;
    let mut history = History::default();
    history.change(at(1), false, entry(5));
    history.list(at(2), 4, &[]);
    assert!(history.has("a", 5));
    history.list(at(3), 6, &[entry(5)]);
    assert!(history.has("a", 5));
    history.list(at(4), 7, &[]);
    assert!(!history.has("a", 5));
    history.change(at(3), true, entry(5));
    history.change(at(5), true, entry(5));
    assert_eq!(history.gone("a"), [(5, at(3))]);
}
