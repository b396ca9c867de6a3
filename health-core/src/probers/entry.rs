use std::time::Duration;

use tokio::time::Instant;

use crate::probers::{Asker, ProberReport};

/// One prober of the [book](super::book).
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    report: ProberReport,
    gaps: Gaps,
    /// When it began to ask for the last time: what follows at once belongs to it.
    began: Instant,
    fastest: Option<Duration>,
}

/// The last few times between two questions, while the answer was yes: many ask at other intervals as long as it is no.
#[derive(Clone, Debug, Default)]
struct Gaps {
    last: [Duration; MOST_GAPS],
    next: usize,
    count: usize,
}

const MOST_GAPS: usize = 16;
/// What comes so soon after another belongs to it: several checks of one prober, all of which are due. Envoy asks for each cluster.
const BURST: Duration = Duration::from_millis(100);
/// Fewer are no habit.
const FEWEST_GAPS: usize = 3;
/// Who has been silent for so many of its intervals has gone.
const GONE: u32 = 10;

impl Entry {
    pub(crate) fn new(
        asker: Asker<'_>,
        [place, agent]: [Box<str>; 2],
        up: bool,
        now: Instant,
    ) -> Self {
        Self {
            report: ProberReport {
                probe: asker.probe,
                place,
                grpc: asker.grpc,
                agent,
                asked: 1,
                interval: None,
                last: now,
                up,
            },
            gaps: Gaps::default(),
            began: now,
            fastest: None,
        }
    }

    pub(crate) fn is(&self, asker: Asker<'_>, [place, agent]: [&str; 2]) -> bool {
        let report = &self.report;
        report.probe == asker.probe
            && report.grpc == asker.grpc
            && *report.agent == *agent
            && *report.place == *place
    }

    pub(crate) fn asked(&mut self, up: bool, now: Instant) {
        let report = &mut self.report;
        let gap = now.saturating_duration_since(self.began);
        if gap >= BURST {
            self.began = now;
            if report.up && up {
                self.gaps.add(gap);
                report.interval = self.gaps.at(|count| count / 2);
                self.fastest = report.interval.min(self.fastest.or(report.interval));
            }
        }
        report.asked += 1;
        report.last = report.last.max(now);
        report.up = up;
    }

    /// It was told without having asked.
    pub(crate) fn told(&mut self, up: bool, now: Instant) {
        self.report.last = self.report.last.max(now);
        self.report.up = up;
    }

    /// The longest time between two of its questions, but for one that may have been late. Of several that ask at the same interval under
    /// one name, no two are further apart than that: it is what each waits, at least.
    pub(crate) fn slow(&self) -> Option<Duration> {
        self.gaps.at(|count| count - 2)
    }

    /// The shortest interval that it ever had.
    pub(crate) fn fastest(&self) -> Option<Duration> {
        self.fastest
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

    /// The one at that place of so many, from the shortest.
    fn at(&self, place: impl FnOnce(usize) -> usize) -> Option<Duration> {
        if self.count < FEWEST_GAPS {
            return None;
        }
        let mut sorted = self.last;
        let seen = &mut sorted[..self.count];
        seen.sort_unstable();
        Some(seen[place(self.count)])
    }
}
