use std::sync::Arc;
use std::time::Duration;

use crate::pulse::cell::{Cell, End};
use crate::pulse::slots::Open;
use crate::pulse::{PulseReport, PulseState};
use crate::watchdog::{Fault, FaultKind, Moment};

/// One pulse as the watchdog knows it.
#[derive(Debug)]
pub(crate) struct Watched {
    cell: Arc<Cell>,
    /// What is under way, by place, and since when it was seen.
    open: Vec<(Open, Moment)>,
    /// The same of the look before; kept for its room.
    before: Vec<(Open, Moment)>,
    end: End,
    died: Option<Moment>,
}

impl Watched {
    pub(crate) fn new(cell: Arc<Cell>) -> Self {
        Self {
            cell,
            open: Vec::new(),
            before: Vec::new(),
            end: End::NotYet,
            died: None,
        }
    }

    /// `true` if it has died since the last look.
    pub(crate) fn look(&mut self, now: Moment) -> bool {
        std::mem::swap(&mut self.open, &mut self.before);
        self.open.clear();
        let mut before = self.before.iter().peekable();
        for open in self.cell.slots.opened() {
            while before.next_if(|(old, _)| old.place < open.place).is_some() {}
            let known = before.next_if(|(old, _)| *old == open);
            self.open
                .push((open, known.map_or(now, |(_, since)| *since)));
        }
        if self.end == End::NotYet {
            self.end = self.cell.end();
            self.died = (self.end == End::Dropped).then_some(now);
            return self.died.is_some();
        }
        false
    }

    pub(crate) fn name(&self) -> &str {
        &self.cell.name
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.end == End::NotYet
    }

    pub(crate) fn has_died(&self) -> bool {
        self.died.is_some()
    }

    /// Another has taken its place, if it has died.
    pub(crate) fn excuse(&mut self) {
        self.died = None;
    }

    pub(crate) fn may_be_forgotten(&self) -> bool {
        !self.is_alive() && !self.has_died() && self.open.is_empty()
    }

    /// An open guard says more than a death: a shutdown does not excuse it, nor does a successor.
    fn state(&self, now: Moment) -> PulseState {
        let limit = self.cell.limit();
        match (self.oldest(now), self.died) {
            (Some((what, so_long)), _) if so_long >= limit => PulseState::Overdue { what, so_long },
            (_, Some(since)) => PulseState::Died { ago: now - since },
            (Some((what, so_long)), None) => PulseState::Working { what, so_long },
            (None, None) => PulseState::Waiting,
        }
    }

    pub(crate) fn report(&self, now: Moment) -> PulseReport {
        PulseReport {
            name: self.cell.name.clone(),
            state: self.state(now),
        }
    }

    pub(crate) fn fault(&self, now: Moment, serving: bool) -> Option<Fault> {
        if self.open.is_empty() && self.died.is_none() {
            return None;
        }
        let (name, limit) = (self.name(), self.cell.limit());
        match self.state(now) {
            PulseState::Overdue { what, .. } => Some(Fault {
                kind: FaultKind::PulseOverdue,
                what: format!("pulse `{name}` is overdue: `{what}` has not ended for {limit:?}"),
            }),
            PulseState::Died { ago } if serving && ago >= limit => Some(Fault {
                kind: FaultKind::PulseDied,
                what: format!(
                    "pulse `{name}` was dropped without `finish()`, and nobody took its place for {limit:?}"
                ),
            }),
            _ => None,
        }
    }

    fn oldest(&self, now: Moment) -> Option<(&'static str, Duration)> {
        let oldest = self.open.iter().min_by_key(|(_, since)| *since)?;
        Some((self.cell.label(oldest.0), now - oldest.1))
    }
}
