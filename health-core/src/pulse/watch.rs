use std::sync::Arc;
use std::time::Duration;

use crate::pulse::cell::{Cell, End};
use crate::pulse::slots::Open;
use crate::pulse::{PulseReport, PulseState, Pulses};
use crate::watchdog::{Fault, FaultKind, Moment};

/// More workers that have died are not kept.
const MOST_DEAD: usize = 64;

/// The watch over all pulses. It is told the time, and never looks for itself.
///
/// 1. The age of a piece of work is measured from when it was first seen, on the watchdog's clock.
/// 2. One that has died is forgotten when another of its name is there.
#[derive(Debug)]
pub(crate) struct PulseWatch {
    declared: Arc<Pulses>,
    watched: Vec<Watched>,
    now: Moment,
}

#[derive(Debug)]
struct Watched {
    cell: Arc<Cell>,
    open: Vec<(Open, Moment)>,
    died: Option<Moment>,
    state: PulseState,
}

impl PulseWatch {
    pub(crate) fn new(declared: Arc<Pulses>) -> Self {
        Self {
            declared,
            watched: Vec::new(),
            now: Moment::default(),
        }
    }

    /// Looks at all of them. Gives the names of those that have died since.
    pub(crate) fn look(&mut self, now: Moment) -> Vec<String> {
        self.now = now;
        for cell in self.declared.take() {
            self.watched
                .retain(|old| old.died.is_none() || old.cell.name != cell.name);
            self.watched.push(Watched::new(cell));
        }
        let mut died = Vec::new();
        self.watched.retain_mut(|one| {
            let before = one.died;
            one.look(now);
            if one.died != before {
                died.push(one.cell.name.clone().into_owned());
            }
            one.cell.end() != End::Finished
        });
        self.forget_some();
        died
    }

    /// Of a worker that died, another of the same name may have taken the place before it was seen to die.
    fn forget_some(&mut self) {
        let alive: Vec<_> = self
            .watched
            .iter()
            .filter(|one| one.died.is_none())
            .map(|one| one.cell.name.clone())
            .collect();
        let mut dead = 0;
        self.watched.retain(|one| {
            dead += usize::from(one.died.is_some());
            one.died.is_none() || dead <= MOST_DEAD && !alive.contains(&one.cell.name)
        });
    }

    /// Once a shutdown has begun, workers may end as they like.
    pub(crate) fn faults(&self, serving: bool) -> impl Iterator<Item = Fault> {
        self.watched
            .iter()
            .filter_map(move |one| one.fault(self.now, serving))
    }

    pub(crate) fn reports(&self) -> Vec<PulseReport> {
        let report = |one: &Watched| PulseReport {
            name: one.cell.name.clone(),
            state: one.state,
        };
        self.watched.iter().map(report).collect()
    }
}

impl Watched {
    fn new(cell: Arc<Cell>) -> Self {
        Self {
            cell,
            open: Vec::new(),
            died: None,
            state: PulseState::Waiting,
        }
    }

    fn look(&mut self, now: Moment) {
        let known = std::mem::take(&mut self.open);
        let since = |open: Open| {
            known
                .iter()
                .find(|(old, _)| *old == open)
                .map_or(now, |(_, since)| *since)
        };
        self.open = self
            .cell
            .slots
            .opened()
            .map(|open| (open, since(open)))
            .collect();
        if self.cell.end() == End::Dropped {
            self.died.get_or_insert(now);
        }
        let limit = self.cell.limit();
        self.state = match (self.died, self.oldest(now)) {
            (Some(since), _) => PulseState::Died { ago: now - since },
            (None, Some((what, so_long))) if so_long >= limit => {
                PulseState::Overdue { what, so_long }
            }
            (None, Some((what, so_long))) => PulseState::Working { what, so_long },
            (None, None) => PulseState::Waiting,
        };
    }

    fn oldest(&self, now: Moment) -> Option<(&'static str, Duration)> {
        let oldest = self.open.iter().min_by_key(|(_, since)| *since)?;
        Some((self.cell.label(oldest.0), now - oldest.1))
    }

    fn fault(&self, now: Moment, serving: bool) -> Option<Fault> {
        let (name, limit) = (&self.cell.name, self.cell.limit());
        match (self.died, self.oldest(now)) {
            (Some(since), _) => {
                let over = serving && now - since >= limit;
                over.then(|| Fault {
                    kind: FaultKind::PulseDied,
                    what: format!("pulse `{name}` was dropped without `finish()`, and nobody took its place for {limit:?}"),
                })
            }
            (None, Some((what, so_long))) if so_long >= limit => Some(Fault {
                kind: FaultKind::PulseOverdue,
                what: format!("pulse `{name}` is overdue: `{what}` has not ended for {limit:?}"),
            }),
            _ => None,
        }
    }
}
