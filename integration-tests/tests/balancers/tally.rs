//! What became of the requests.

use std::collections::{BTreeMap, HashSet};
use std::error::Error;
use std::sync::{Arc, Mutex};

/// A request that did not get all that it asked for.
#[derive(Clone, Debug)]
pub(crate) struct Loss {
    pub(crate) how: How,
    pub(crate) what: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// Connected, asked, and nothing came back.
    Unanswered,
    /// Could not connect, or got an error for an answer.
    Refused,
    /// The answer began well, and stopped.
    Truncated,
}

impl How {
    pub(crate) fn caused(self, error: &(dyn Error + 'static)) -> Loss {
        self.because(chain(error))
    }

    pub(crate) fn because(self, what: impl ToString) -> Loss {
        Loss {
            how: self,
            what: what.to_string(),
        }
    }
}

fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}

#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// How many requests of each kind.
    pub(crate) asked: BTreeMap<&'static str, u64>,
    /// With the number of the request, and its kind.
    pub(crate) losses: Vec<(String, &'static str, Loss)>,
    seen: HashSet<(&'static str, u32)>,
}

/// Counts, for all clients.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally(Arc<Mutex<Counts>>);

impl Tally {
    /// One more, of this kind: answered whole by this process, or lost.
    pub(crate) fn count(
        &self,
        lane: &'static str,
        kind: &'static str,
        id: String,
        end: Result<u32, Loss>,
    ) {
        let mut counts = self.0.lock().unwrap();
        *counts.asked.entry(kind).or_default() += 1;
        match end {
            Ok(pid) => drop(counts.seen.insert((lane, pid))),
            Err(loss) => counts.losses.push((id, kind, loss)),
        }
    }

    /// Whether this process has answered on all of the lanes.
    pub(crate) fn has_seen(&self, pid: u32, lanes: &[&'static str]) -> bool {
        let counts = self.0.lock().unwrap();
        lanes.iter().all(|lane| counts.seen.contains(&(lane, pid)))
    }

    pub(crate) fn take(&self) -> Counts {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}
