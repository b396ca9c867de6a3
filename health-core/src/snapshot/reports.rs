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
