use std::time::Duration;

use crate::verdict::Evidence;
use crate::verdict::line::{Findings, Found};

/// What checks say, as far as it helps to judge traffic.
#[derive(Clone, Debug, Default)]
pub(crate) struct Look {
    /// How long ago the run began that is oldest, of the last runs of all checks that count; `None` where there are none.
    pub(crate) oldest: Option<Duration>,
    /// One of them failed in its last run, though it is not down yet.
    pub(crate) failing: Vec<Evidence>,
    /// The same of the last run of the external checks, and how each ended; `None` where there are none.
    pub(crate) external: Option<Ran>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) ago: Duration,
    pub(crate) passed: bool,
}

impl Look {
    /// A check has run that counts.
    pub(crate) fn ran(&mut self, ran: Ran) {
        self.oldest = Some(self.oldest.unwrap_or_default().max(ran.ago));
    }

    /// An external check has run.
    pub(crate) fn ran_external(&mut self, ran: Ran) {
        let all = self.external.map_or(ran, |others| Ran {
            ago: others.ago.max(ran.ago),
            passed: others.passed && ran.passed,
        });
        self.external = Some(all);
    }

    pub(crate) fn external_passed(&self) -> Option<Duration> {
        self.external.filter(|ran| ran.passed).map(|ran| ran.ago)
    }
}

/// Whether requests that fail are a gray failure. That every check passes is only known of those that have looked since.
#[derive(Debug, Default)]
pub(crate) struct Suspicion {
    since: Option<Duration>,
    /// When there was last reason for it.
    last: Duration,
    /// So long a streak was there when an external check found nothing.
    dismissed: u64,
}

/// What is to be thought of traffic.
#[derive(Debug, Default)]
pub(crate) struct Doubt {
    pub(crate) evidence: Vec<Evidence>,
    /// It is a gray failure, if nothing explains it.
    pub(crate) sure: bool,
    /// A check failed as well.
    pub(crate) explained: bool,
    pub(crate) look_again: bool,
}

/// Failures in a row, where there are too few requests for a rate, that are looked into; and so many that nobody has to look: were one
/// in twenty usual, that many would be chance once in 10²⁶.
const STREAK: u64 = 5;
const LONG_STREAK: u64 = 20;
/// Without reason for so long, a suspicion begins anew.
const FORGOTTEN: Duration = Duration::from_secs(5);
/// Longer is not waited for a check that doesn't run.
const PATIENCE: Duration = Duration::from_secs(10);

impl Suspicion {
    pub(crate) fn look(&mut self, lines: &[Findings], look: &Look, now: Duration) -> Doubt {
        let rules = lines
            .iter()
            .flat_map(|line| [&line.failing, &line.standstill]);
        let found: Vec<&Found> = rules.flatten().collect();
        let streaks = lines.iter().filter_map(|line| line.streak.as_ref());
        let longest = streaks.max_by_key(|streak| streak.length);
        let streak = longest.map_or(0, |streak| streak.length);
        if lines.iter().all(|line| line.in_a_row < self.dismissed) {
            self.dismissed = 0;
        }
        let in_a_row = streak >= self.dismissed + STREAK;
        if found.is_empty() && !in_a_row {
            // A rate about the limit is above it in one second, and not in the next.
            if now.saturating_sub(self.last) >= FORGOTTEN {
                self.since = None;
            }
            return Doubt::default();
        }
        self.last = now;
        let so_long = now.saturating_sub(*self.since.get_or_insert(now));
        let looked = |ago: Duration| ago < so_long;
        let checked = look.oldest.is_none_or(looked) || so_long >= PATIENCE;
        let sure = found.iter().filter(|found| found.sure);
        let mut evidence: Vec<_> = sure.map(|found| found.evidence.clone()).collect();
        let mut sure = checked && !evidence.is_empty();
        let mut waits = !checked;
        if in_a_row {
            let ran = look.external.filter(|ran| looked(ran.ago));
            let found_nothing = ran.is_some_and(|ran| ran.passed);
            waits |= look.external.is_some() && ran.is_none();
            let real = ran.is_some() || (look.external.is_none() && streak >= LONG_STREAK);
            sure |= checked && real && !found_nothing;
            if found_nothing {
                self.dismissed = streak;
            } else {
                evidence.extend(longest.map(|streak| streak.evidence.clone()));
            }
        }
        let explained = !look.failing.is_empty();
        if explained && !evidence.is_empty() {
            evidence.extend(look.failing.iter().cloned());
        }
        Doubt {
            evidence,
            sure,
            explained,
            look_again: waits && so_long < PATIENCE,
        }
    }
}
