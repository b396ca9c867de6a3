use std::iter::{Peekable, from_fn};
use std::sync::Arc;

use tokio::time::Instant;

use crate::snapshot::CheckReport;

const CHUNK: usize = 64;

/// All reports: those of the checks that were declared, sorted by name, and then those that were added, in that order.
///
/// 1. An index stays what it is: tasks and parts keep it.
/// 2. Whoever reads all of them, or looks for one, reads one list that is sorted by name.
#[derive(Clone, Debug)]
pub(crate) struct Reports {
    declared: Chunks,
    /// How many of those there are.
    first_added: usize,
    added: Chunks,
    /// The places of the added ones among themselves, sorted by name.
    order: Arc<[usize]>,
}

impl Reports {
    /// Of checks that are sorted by name.
    pub(crate) fn new(reports: impl IntoIterator<Item = CheckReport>) -> Self {
        let all: Vec<_> = reports.into_iter().map(Arc::new).collect();
        Self {
            first_added: all.len(),
            declared: Chunks(all.chunks(CHUNK).map(Arc::from).collect()),
            added: Chunks(Vec::new()),
            order: Arc::default(),
        }
    }

    pub(crate) fn get(&self, index: usize) -> &Arc<CheckReport> {
        match index.checked_sub(self.first_added) {
            None => self.declared.get(index),
            Some(added) => self.added.get(added),
        }
    }

    /// Where the check of that name is.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        let added = || {
            let at = self.place(name).ok()?;
            Some(self.first_added + self.order[at])
        };
        self.declared.position(name).or_else(added)
    }

    pub(crate) fn replace(&mut self, index: usize, report: CheckReport) {
        match index.checked_sub(self.first_added) {
            None => self.declared.replace(index, report),
            Some(added) => self.added.replace(added, report),
        }
    }

    /// Adds a check whose name is new, and gives its index.
    pub(crate) fn add(&mut self, report: CheckReport) -> usize {
        let added = self.order.len();
        let (Ok(at) | Err(at)) = self.place(&report.name);
        let mut order = self.order.to_vec();
        order.insert(at, added);
        self.order = order.into();
        self.added.push(report);
        self.first_added + added
    }

    /// How many were added.
    pub(crate) fn added(&self) -> usize {
        self.order.len()
    }

    /// As they are at that time: what nobody has renewed is stale, whether anybody has noted it or not.
    pub(crate) fn at(&self, now: Instant) -> Self {
        Self {
            declared: self.declared.at(now),
            added: self.added.at(now),
            order: Arc::clone(&self.order),
            ..*self
        }
    }

    /// All, sorted by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &CheckReport> {
        self.shared().map(AsRef::as_ref)
    }

    /// The same, to be kept.
    pub(crate) fn shared(&self) -> impl Iterator<Item = &Arc<CheckReport>> {
        let added = self.order.iter().map(|at| self.added.get(*at));
        merged(self.declared.iter().peekable(), added.peekable())
    }

    /// Among the added ones: where it is in their order, or would be.
    fn place(&self, name: &str) -> Result<usize, usize> {
        let name_of = |at: &usize| &*self.added.get(*at).name;
        self.order.binary_search_by(|at| name_of(at).cmp(name))
    }
}

fn merged<'a, I, J>(
    mut declared: Peekable<I>,
    mut added: Peekable<J>,
) -> impl Iterator<Item = &'a Arc<CheckReport>>
where
    I: Iterator<Item = &'a Arc<CheckReport>>,
    J: Iterator<Item = &'a Arc<CheckReport>>,
{
    from_fn(move || {
        let earlier = |added: &&'a Arc<CheckReport>| {
            let declared = declared.peek();
            declared.is_none_or(|declared| added.name < declared.name)
        };
        added.next_if(earlier).or_else(|| declared.next())
    })
}

/// A persistent vector: replacing one copies one chunk of pointers, not all, so that ten thousand checks can publish without copying
/// ten thousand pointers each time.
#[derive(Clone, Debug)]
struct Chunks(Vec<Arc<[Arc<CheckReport>]>>);

impl Chunks {
    fn get(&self, index: usize) -> &Arc<CheckReport> {
        &self.0[index / CHUNK][index % CHUNK]
    }

    /// Where the check of that name is, if they are sorted by name.
    fn position(&self, name: &str) -> Option<usize> {
        let chunk = self.0.partition_point(|chunk| &*chunk[0].name <= name);
        let chunk = chunk.checked_sub(1)?;
        let within = self.0[chunk].binary_search_by(|report| (*report.name).cmp(name));
        within.ok().map(|within| chunk * CHUNK + within)
    }

    fn replace(&mut self, index: usize, report: CheckReport) {
        let chunk = &mut self.0[index / CHUNK];
        let mut report = Some(Arc::new(report));
        let others = chunk.iter().enumerate().map(|(at, other)| {
            match report.take_if(|_| at == index % CHUNK) {
                Some(report) => report,
                None => Arc::clone(other),
            }
        });
        *chunk = others.collect();
    }

    fn push(&mut self, report: CheckReport) {
        let report = Arc::new(report);
        match self.0.last_mut().filter(|chunk| chunk.len() < CHUNK) {
            Some(chunk) => *chunk = chunk.iter().cloned().chain([report]).collect(),
            None => self.0.push([report].into()),
        }
    }

    fn at(&self, now: Instant) -> Self {
        let aged = |report: &Arc<CheckReport>| {
            if report.is_stale_at(now) {
                Arc::new(report.gone_stale())
            } else {
                Arc::clone(report)
            }
        };
        let chunks = self.0.iter();
        Self(
            chunks
                .map(|chunk| chunk.iter().map(aged).collect())
                .collect(),
        )
    }

    fn iter(&self) -> impl Iterator<Item = &Arc<CheckReport>> {
        self.0.iter().flat_map(|chunk| chunk.iter())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Probe;
    use crate::check::{Body, Options, Outcome, Resolved, Settings};

    fn named(name: String) -> CheckReport {
        CheckReport::never_run(&Resolved {
            name: name.into(),
            probe: Probe::Readiness,
            settings: Settings::resolve(&Options::NONE, Probe::Readiness).unwrap(),
            body: Body::Sync(Arc::new(|| Outcome::Pass)),
        })
    }

    #[test]
    fn each_is_found_by_its_name_and_nothing_else_is() {
        for count in [0, 1, 63, 64, 65, 200] {
            let reports = Reports::new((0..count).map(|number| named(format!("{number:04}"))));
            for number in 0..count {
                assert_eq!(reports.position(&format!("{number:04}")), Some(number));
                assert_eq!(reports.position(&format!("{number:04}a")), None);
            }
            assert_eq!(reports.position(""), None);
            assert_eq!(reports.position("a"), None);
        }
    }

    proptest! {
        /// Against a plain list of names: indices stay, and readers see one sorted list.
        #[test]
        fn what_is_added_is_found_and_moves_nothing(
            declared in proptest::collection::btree_set("[a-f]{1,3}", 0..140),
            added in proptest::collection::hash_set("[a-f]{1,3}", 0..140),
        ) {
            let mut names: Vec<_> = declared.iter().cloned().collect();
            let mut reports = Reports::new(names.iter().cloned().map(named));
            for name in added.difference(&declared.iter().cloned().collect()) {
                prop_assert_eq!(reports.position(name), None);
                prop_assert_eq!(reports.add(named(name.clone())), names.len());
                names.push(name.clone());
            }
            prop_assert_eq!(reports.added(), names.len() - declared.len());
            for (index, name) in names.iter().enumerate() {
                prop_assert_eq!(reports.position(name), Some(index));
                prop_assert_eq!(&*reports.get(index).name, &**name);
                let same = CheckReport::clone(reports.get(index));
                reports.replace(index, same);
            }
            let seen: Vec<_> = reports.iter().map(|report| report.name.to_string()).collect();
            let aged: Vec<_> = reports.at(Instant::now()).iter().map(|report| report.name.to_string()).collect();
            names.sort_unstable();
            prop_assert_eq!(&seen, &names);
            prop_assert_eq!(&aged, &names);
        }
    }
}
