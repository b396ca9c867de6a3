use std::sync::Arc;

use tokio::time::Instant;

use crate::snapshot::CheckReport;

const CHUNK: usize = 64;

/// All reports, as a persistent vector: replacing one copies one chunk of pointers, not all, so that ten thousand
/// checks can publish without copying ten thousand pointers each time.
#[derive(Clone, Debug)]
pub(crate) struct Reports(Vec<Arc<[Arc<CheckReport>]>>);

impl Reports {
    pub(crate) fn new(reports: impl IntoIterator<Item = CheckReport>) -> Self {
        let all: Vec<_> = reports.into_iter().map(Arc::new).collect();
        Self(all.chunks(CHUNK).map(Arc::from).collect())
    }

    pub(crate) fn get(&self, index: usize) -> &Arc<CheckReport> {
        &self.0[index / CHUNK][index % CHUNK]
    }

    /// Where the check of that name is: they are sorted by name, and stay where they are.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        let chunk = self.0.partition_point(|chunk| &*chunk[0].name <= name);
        let chunk = chunk.checked_sub(1)?;
        let within = self.0[chunk].binary_search_by(|report| (*report.name).cmp(name));
        within.ok().map(|within| chunk * CHUNK + within)
    }

    pub(crate) fn replace(&mut self, index: usize, report: CheckReport) {
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

    /// As they are at that time: what nobody has renewed is stale, whether anybody has noted it or not.
    pub(crate) fn at(&self, now: Instant) -> Self {
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

    pub(crate) fn iter(&self) -> impl Iterator<Item = &CheckReport> {
        self.0
            .iter()
            .flat_map(|chunk| chunk.iter())
            .map(AsRef::as_ref)
    }
}

#[cfg(test)]
mod tests {
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
}
