use std::borrow::Cow;

use tokio::time::Instant;

use crate::check::cut_to_line;
use crate::probers::entry::Entry;
use crate::probers::{Asker, ProberReport};

/// Who has asked, bounded whatever they call themselves.
///
/// 1. There are no more than [`MOST`] entries, each of a bounded size.
/// 2. A newcomer takes the place of whoever asked once or was long silent, never that of a prober that still asks regularly. Where all
///    do, it is counted and not kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    entries: Vec<Entry>,
    turned_away: u64,
}

/// More than an orchestrator, a few balancers and monitors need, and few enough to be looked through for each probe.
pub(crate) const MOST: usize = 32;
const LONGEST_AGENT: usize = 64;

impl Book {
    pub(crate) fn asked(&mut self, asker: Asker<'_>, up: bool, now: Instant) {
        let agent = cut_to_line(Cow::Borrowed(asker.user_agent), LONGEST_AGENT);
        let known = self
            .entries
            .iter_mut()
            .find(|entry| entry.is(asker, &agent));
        if let Some(known) = known {
            known.asked(up, now);
            return;
        }
        let agent = agent.into();
        if self.entries.len() < MOST {
            self.entries.push(Entry::new(asker, agent, up, now));
            return;
        }
        let others = self.entries.iter_mut();
        let casual = others.filter(|entry| !entry.is_regular(now));
        match casual.max_by_key(|entry| entry.silence(now)) {
            Some(place) => *place = Entry::new(asker, agent, up, now),
            None => self.turned_away += 1,
        }
    }

    /// Those who ask regularly.
    pub(crate) fn regulars(&self, now: Instant) -> impl Iterator<Item = &ProberReport> {
        let regular = move |entry: &&Entry| entry.is_regular(now);
        self.entries.iter().filter(regular).map(Entry::report)
    }

    /// All, in the order in which they were first seen.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &ProberReport> {
        self.entries.iter().map(Entry::report)
    }
}

#[cfg(test)]
mod tests;
