use std::borrow::Cow;

use tokio::time::Instant;

use crate::check::cut_to_line;
use crate::probers::entry::Entry;
use crate::probers::{Asker, ProberReport};

/// Who has asked, bounded whatever they call themselves.
///
/// 1. There are no more than [`MOST`] entries for each probe, each of a bounded size.
/// 2. A newcomer takes the place of whoever asked once or was long silent, never that of a prober that still asks regularly. Where all
///    do, it is counted and not kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    entries: Vec<Entry>,
    turned_away: u64,
}

/// More than an orchestrator, a few balancers and monitors need, and few enough to be looked through for each probe.
pub(crate) const MOST: usize = 16;
/// Of a user agent, and of a path or the name of a service.
const LONGEST: usize = 64;

impl Book {
    pub(crate) fn asked(&mut self, asker: Asker<'_>, up: bool, now: Instant) {
        self.enter(asker, up, now, |known| known.asked(up, now));
    }

    /// Somebody was told without having asked.
    pub(crate) fn told(&mut self, asker: Asker<'_>, up: bool, now: Instant) {
        self.enter(asker, up, now, |known| known.told(up, now));
    }

    fn enter(&mut self, asker: Asker<'_>, up: bool, now: Instant, note: impl FnOnce(&mut Entry)) {
        let texts = [asker.place, asker.user_agent];
        // What is known as it was sent needs no cleaning: that is most of what a probe would cost here.
        let as_sent = |entry: &&mut Entry| entry.is(asker, texts);
        if let Some(known) = self.entries.iter_mut().find(as_sent) {
            note(known);
            return;
        }
        let texts = texts.map(|text| cut_to_line(Cow::Borrowed(text), LONGEST));
        let [place, agent] = &texts;
        let known = |entry: &&mut Entry| entry.is(asker, [place, agent]);
        if let Some(known) = self.entries.iter_mut().find(known) {
            note(known);
            return;
        }
        let new = Entry::new(asker, texts.map(Into::into), up, now);
        let own = |entry: &&mut Entry| entry.report().probe == asker.probe;
        if self.entries.iter_mut().filter(own).count() < MOST {
            self.entries.push(new);
            return;
        }
        let others = self.entries.iter_mut().filter(own);
        let casual = others.filter(|entry| !entry.is_regular(now));
        match casual.max_by_key(|entry| entry.silence(now)) {
            Some(place) => *place = new,
            None => self.turned_away += 1,
        }
    }

    /// Those who ask regularly.
    pub(crate) fn regulars(&self, now: Instant) -> impl Iterator<Item = &Entry> {
        let regular = move |entry: &&Entry| entry.is_regular(now);
        self.entries.iter().filter(regular)
    }

    /// All, in the order in which they were first seen.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &ProberReport> {
        self.entries.iter().map(Entry::report)
    }

    /// How many questions came from those for whom there was no place.
    pub(crate) fn turned_away(&self) -> u64 {
        self.turned_away
    }
}

#[cfg(test)]
mod tests;
