use std::borrow::Cow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use crate::pulse::slots::{LABELS, Open, Slots};
use crate::watchdog::OVERDUE;

/// What a pulse, its guards, and the watchdog share.
#[derive(Debug)]
pub(crate) struct Cell {
    pub(crate) name: Cow<'static, str>,
    /// Nanoseconds.
    limit: AtomicU64,
    end: AtomicU8,
    pub(crate) slots: Slots,
    /// The first is for what the others have no room for.
    labels: [OnceLock<&'static str>; LABELS],
}

/// Whether a pulse has ended, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    NotYet,
    Finished,
    Dropped,
}

/// A limit that is shorter would accuse what merely waits for a processor.
const SHORTEST: Duration = Duration::from_secs(1);

impl Cell {
    pub(crate) fn new(name: Cow<'static, str>) -> Self {
        let cell = Self {
            name,
            limit: AtomicU64::new(0),
            end: AtomicU8::new(0),
            slots: Slots::new(),
            labels: [const { OnceLock::new() }; LABELS],
        };
        cell.set_limit(OVERDUE);
        cell
    }

    pub(crate) fn limit(&self) -> Duration {
        Duration::from_nanos(self.limit.load(Ordering::Relaxed))
    }

    pub(crate) fn set_limit(&self, limit: Duration) {
        let nanos = limit.max(SHORTEST).as_nanos();
        let nanos = u64::try_from(nanos).unwrap_or(u64::MAX);
        self.limit.store(nanos, Ordering::Relaxed);
    }

    pub(crate) fn end(&self) -> End {
        match self.end.load(Ordering::Relaxed) {
            0 => End::NotYet,
            1 => End::Finished,
            _ => End::Dropped,
        }
    }

    /// The first end counts.
    pub(crate) fn set_end(&self, finished: bool) {
        let end = if finished { 1 } else { 2 };
        let _first = self
            .end
            .compare_exchange(0, end, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// The number of a label, new or known.
    pub(crate) fn number(&self, label: &'static str) -> usize {
        let same = |known: &OnceLock<&'static str>| *known.get_or_init(|| label) == label;
        self.labels[1..]
            .iter()
            .position(same)
            .map_or(0, |at| at + 1)
    }

    pub(crate) fn label(&self, open: Open) -> &'static str {
        self.labels[open.label()]
            .get()
            .copied()
            .unwrap_or("other work")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_told_apart_as_far_as_there_is_room() {
        let cell = Cell::new("consumer".into());
        let many: Vec<&'static str> = (0..40).map(|n| &*format!("label-{n}").leak()).collect();
        for _ in 0..2 {
            for (label, expected) in many.iter().zip((1..LABELS).chain(std::iter::repeat(0))) {
                assert_eq!(cell.number(label), expected);
            }
        }
        cell.slots.open(cell.number(many[3]));
        cell.slots.open(cell.number(many[39]));
        let open: Vec<_> = cell.slots.opened().map(|open| cell.label(open)).collect();
        assert_eq!(open, ["label-3", "other work"]);
    }

    #[test]
    fn limits_are_bounded() {
        let cell = Cell::new("consumer".into());
        assert_eq!(cell.limit(), Duration::from_secs(300));
        cell.set_limit(Duration::ZERO);
        assert_eq!(cell.limit(), SHORTEST);
        cell.set_limit(Duration::MAX);
        assert!(cell.limit() > Duration::from_secs(500 * 365 * 24 * 3600));
    }
}
