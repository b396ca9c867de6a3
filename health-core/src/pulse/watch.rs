use std::collections::HashSet;
use std::sync::Arc;

use crate::pulse::watched::Watched;
use crate::pulse::{PulseReport, Pulses};
use crate::watchdog::{Fault, Moment};

/// More workers that have died are not kept.
const MOST_DEAD: usize = 64;

/// The watch over all pulses. It is told the time, and never looks for itself.
///
/// 1. The age of a piece of work is measured from when it was first seen, on the watchdog's clock.
/// 2. One that has died is excused by any of its name that was declared later, or is alive.
/// 3. One that has finished, or is excused, is watched until the last piece of its work has ended.
#[derive(Debug)]
pub(crate) struct PulseWatch {
    declared: Arc<Pulses>,
    watched: Vec<Watched>,
    now: Moment,
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
        let declared = self.declared.take();
        let mut changed = !declared.is_empty();
        let mut dead = false;
        self.watched.extend(declared.into_iter().map(Watched::new));
        let mut died = Vec::new();
        for one in &mut self.watched {
            if one.look(now) {
                died.push(one.name().to_owned());
            }
            dead |= one.has_died();
            changed |= one.may_be_forgotten();
        }
        changed |= !died.is_empty();
        if changed && dead {
            self.excuse();
        }
        if changed {
            self.forget();
        }
        died
    }

    fn excuse(&mut self) {
        let alive = self.watched.iter().filter(|one| one.is_alive());
        let mut held: HashSet<&str> = alive.map(Watched::name).collect();
        let later_first = self.watched.iter().rev();
        let excused: Vec<bool> = later_first.map(|one| !held.insert(one.name())).collect();
        for (one, excused) in self.watched.iter_mut().rev().zip(excused) {
            if excused {
                one.excuse();
            }
        }
    }

    fn forget(&mut self) {
        let mut dead = 0;
        self.watched.retain_mut(|one| {
            dead += usize::from(one.has_died());
            if dead > MOST_DEAD {
                one.excuse();
            }
            !one.may_be_forgotten()
        });
    }

    /// Once a shutdown has begun, workers may end as they like.
    pub(crate) fn faults(&self, serving: bool) -> impl Iterator<Item = Fault> {
        let fault = move |one: &Watched| one.fault(self.now, serving);
        self.watched.iter().filter_map(fault)
    }

    pub(crate) fn reports(&self) -> Vec<PulseReport> {
        let report = |one: &Watched| one.report(self.now);
        self.watched.iter().map(report).collect()
    }
}

#[cfg(test)]
mod tests;
