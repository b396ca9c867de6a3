use std::time::Duration;

use tokio::time::Instant;

use crate::probers::{Asker, ProberReport};

/// One prober of the [book](super::book).
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    report: ProberReport,
    gaps: Gaps,
}

/// The last few times between two questions. The median is not moved by one that came late, or by somebody who tried by hand.
#[derive(Clone, Debug, Default)]
struct Gaps {
    last: [Duration; MOST_GAPS],
    next: usize,
    count: usize,
}

const MOST_GAPS: usize = 8;
/// What comes so soon after another belongs to it: several checks of one prober, all of which are due. Envoy asks for each cluster.
const BURST: Duration = Duration::from_millis(100);
/// Fewer are no habit.
const FEWEST_GAPS: usize = 3;
/// Who has been silent for so many of its intervals has gone.
const GONE: u32 = 10;

impl Entry {
    pub(crate) fn new(asker: Asker<'_>, agent: Box<str>, up: bool, now: Instant) -> Self {
        Self {
            report: ProberReport {
                probe: asker.probe,
                place: asker.place.into(),
                grpc: asker.grpc,
                agent,
                asked: 1,
                interval: None,
                last: now,
                up,
            },
            gaps: Gaps::default(),
        }
    }

    pub(crate) fn is(&self, asker: Asker<'_>, agent: &str) -> bool {
        let report = &self.report;
        report.probe == asker.probe
            && report.grpc == asker.grpc
            && *report.agent == *agent
            && *report.place == *asker.place
    }

    pub(crate) fn asked(&mut self, up: bool, now: Instant) {
        let report = &mut self.report;
        let gap = now.saturating_duration_since(report.last);
        if gap >= BURST {
            self.gaps.add(gap);
        }
        report.asked += 1;
        report.interval = self.gaps.median();
        report.last = report.last.max(now);
        report.up = up;
    }

    /// Whether it asks again and again, and still does.
    pub(crate) fn is_regular(&self, now: Instant) -> bool {
        let interval = self.report.interval;
        interval.is_some_and(|interval| self.silence(now) <= GONE * interval.max(SHORTEST))
    }

    pub(crate) fn silence(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.report.last)
    }

    pub(crate) fn report(&self) -> &ProberReport {
        &self.report
    }
}

/// Who asks more often is not gone for a moment's silence.
const SHORTEST: Duration = Duration::from_secs(1);

impl Gaps {
    fn add(&mut self, gap: Duration) {
        self.last[self.next] = gap;
        self.next = (self.next + 1) % MOST_GAPS;
        self.count = (self.count + 1).min(MOST_GAPS);
    }

    fn median(&self) -> Option<Duration> {
        if self.count < FEWEST_GAPS {
            return None;
        }
        let mut sorted = self.last;
        let seen = &mut sorted[..self.count];
        seen.sort_unstable();
        // Of an even number, the upper one: who takes it for the time until it notices errs on the safe side.
        Some(seen[self.count / 2])
    }
}
