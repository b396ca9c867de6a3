use std::collections::VecDeque;
use std::time::Duration;

use crate::traffic::{Second, Taken};
use crate::watchdog::Turns;

/// A window is no longer than this, in seconds.
pub(crate) const LONGEST: usize = 10;
/// A rule has to be met in so many windows, the last one among them, of so many that follow each other.
const MET: usize = 2;
const OF: usize = 3;

/// The last seconds, in buckets of one each.
///
/// A window is as short as it can be while it has enough in it: where 200 requests come a second, a second is evidence; where 10 come,
/// five are. Windows don't overlap, so that one burst is in one of them.
#[derive(Debug, Default)]
pub(crate) struct Buckets(VecDeque<Bucket>);

/// A second of traffic, and of the turns of runtimes.
#[derive(Debug, Default)]
pub(crate) struct Bucket {
    pub(crate) traffic: Second,
    pub(crate) turns: Turns,
}

/// What a window holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sum {
    pub(crate) seconds: u64,
    pub(crate) entered: u64,
    pub(crate) completed: u64,
    failed: u64,
    /// Became overdue, less those that were answered after all.
    overdue: u64,
    recovered: u64,
    pub(crate) shed: u64,
    pub(crate) cancelled: u64,
    /// Waited for so long in the queue that it matters.
    pub(crate) queued: u64,
    pub(crate) took: Taken,
    pub(crate) turns: Turns,
}

/// A rule that is met by the last window.
#[derive(Debug)]
pub(crate) struct Met {
    pub(crate) last: Sum,
    /// And by one of the two before it.
    pub(crate) confirmed: bool,
}

/// Longer than this in a queue, and whoever waits notices.
pub(crate) const QUEUED: Duration = Duration::from_millis(100);

impl Buckets {
    pub(crate) fn add(&mut self, bucket: Bucket) {
        if self.0.len() == LONGEST * OF {
            self.0.pop_front();
        }
        self.0.push_back(bucket);
    }

    pub(crate) fn last(&self) -> Option<&Bucket> {
        self.0.back()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether the last window that has enough in it meets the rule, and how surely.
    pub(crate) fn met(
        &self,
        enough: impl Fn(&Sum) -> bool,
        rule: impl Fn(&Sum) -> bool,
    ) -> Option<Met> {
        let mut back = self.0.iter().rev();
        let mut windows = std::iter::from_fn(|| {
            let mut sum = Sum::default();
            for bucket in back.by_ref().take(LONGEST) {
                sum.add(bucket);
                if enough(&sum) {
                    return Some(sum);
                }
            }
            None
        });
        let last = windows.next().filter(&rule)?;
        let before = windows.take(OF - 1).filter(&rule).count();
        Some(Met {
            last,
            confirmed: before + 1 >= MET,
        })
    }

    /// All of the last ten seconds.
    pub(crate) fn recent(&self) -> Sum {
        let mut sum = Sum::default();
        self.0
            .iter()
            .rev()
            .take(LONGEST)
            .for_each(|bucket| sum.add(bucket));
        sum
    }
}

impl Sum {
    fn add(&mut self, bucket: &Bucket) {
        let Second {
            entered,
            completed,
            failed,
            overdue,
            recovered,
            shed,
            cancelled,
            ref took,
            ref waited,
            ..
        } = bucket.traffic;
        self.seconds += 1;
        self.entered += entered;
        self.completed += completed;
        self.failed += failed;
        self.overdue += overdue;
        self.recovered += recovered;
        self.shed += shed;
        self.cancelled += cancelled;
        self.queued += waited.longer_than(QUEUED);
        self.took.add(took);
        self.turns.all += bucket.turns.all;
        self.turns.late += bucket.turns.late;
    }

    /// What was taken on, and came to an end that says something.
    pub(crate) fn ended(&self) -> u64 {
        self.completed + self.failed()
    }

    /// With those that are overdue, unless as many have been answered after all: then it is slow, and fails nobody.
    pub(crate) fn failed(&self) -> u64 {
        self.failed + self.overdue.saturating_sub(self.recovered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(completed: u64, failed: u64) -> Bucket {
        let traffic = Second {
            completed,
            failed,
            ..Second::default()
        };
        Bucket {
            traffic,
            ..Bucket::default()
        }
    }

    fn filled(seconds: impl IntoIterator<Item = (u64, u64)>) -> Buckets {
        let mut buckets = Buckets::default();
        seconds
            .into_iter()
            .for_each(|(completed, failed)| buckets.add(bucket(completed, failed)));
        buckets
    }

    fn met(buckets: &Buckets) -> Option<(u64, bool)> {
        let met = buckets.met(|sum| sum.ended() >= 50, |sum| sum.failed() > 0);
        met.map(|met| (met.last.seconds, met.confirmed))
    }

    #[test]
    fn a_window_is_as_short_as_it_can_be() {
        assert_eq!(met(&filled([(200, 0), (200, 1)])), Some((1, false)));
        assert_eq!(
            met(&filled([(10, 0), (10, 1), (10, 0), (10, 0), (10, 0)])),
            Some((5, false))
        );
        assert_eq!(
            met(&filled([(4, 1); 30])),
            Some((10, true)),
            "ten seconds are enough for 50"
        );
        assert_eq!(
            met(&filled([(3, 1); 30])),
            None,
            "and no more than ten are taken"
        );
        assert_eq!(met(&Buckets::default()), None);
    }

    #[test]
    fn one_burst_is_in_one_window() {
        let calm = (200, 0);
        let burst = (200, 1);
        assert_eq!(
            met(&filled([burst, calm, burst])),
            Some((1, true)),
            "2 of 3"
        );
        assert_eq!(met(&filled([burst, burst])), Some((1, true)));
        assert_eq!(
            met(&filled([burst, calm, calm, burst])),
            Some((1, false)),
            "too long ago"
        );
        assert_eq!(met(&filled([burst, burst, calm])), None, "not the last");
    }

    #[test]
    fn what_is_older_than_three_windows_is_forgotten() {
        let mut buckets = filled([(1, 1); 100]);
        assert_eq!(buckets.0.len(), 30);
        assert_eq!(
            (buckets.recent().seconds, buckets.recent().ended()),
            (10, 20)
        );
        buckets.clear();
        assert_eq!(buckets.recent().seconds, 0);
    }
}
