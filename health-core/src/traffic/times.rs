use std::num::NonZero;
use std::time::Duration;

use histogram::{AtomicHistogram32, Config, Histogram32};
use tokio::time::Instant;

/// How long things took since somebody last looked, in microseconds. Shared by all threads: it is written for samples only.
#[derive(Debug)]
pub(crate) struct Times(AtomicHistogram32);

/// Buckets are at most 6.25 % wide, and end at 2³⁰ µs, 18 minutes: what takes longer counts as that.
const GROUPING: u8 = 4;
const POWER: u8 = 30;
const MOST: u64 = (1 << POWER) - 1;

impl Times {
    pub(crate) fn new() -> Self {
        Self(AtomicHistogram32::with_config(&config()))
    }

    pub(crate) fn add(&self, took: Duration) {
        let _within = self.0.increment(micros(took));
    }

    /// Takes what was added since the last call.
    pub(crate) fn take(&self) -> Taken {
        Taken(self.0.drain())
    }
}

/// How long things took.
#[derive(Clone, Debug)]
pub(crate) struct Taken(Histogram32);

impl Default for Taken {
    fn default() -> Self {
        Self(Histogram32::with_config(&config()))
    }
}

impl Taken {
    pub(crate) fn count(&self) -> u64 {
        self.0
            .as_slice()
            .iter()
            .map(|count| u64::from(*count))
            .sum()
    }

    /// How many took longer.
    pub(crate) fn longer_than(&self, limit: Duration) -> u64 {
        let limit = micros(limit);
        let longer = self.0.iter().filter(|bucket| bucket.start() > limit);
        longer.map(|bucket| bucket.count()).sum()
    }

    /// So large a share of all took no longer than this; `None` where nothing was taken.
    pub(crate) fn quantile(&self, share: f64) -> Option<Duration> {
        let bucket = self.0.quantile_bucket(share).ok().flatten()?;
        Some(Duration::from_micros(bucket.end()))
    }

    pub(crate) fn add(&mut self, other: &Self) {
        // The same configuration; and what would overflow was halved long before.
        if let Ok(sum) = self.0.checked_add(&other.0) {
            self.0 = sum;
        }
    }

    /// What was before counts half as much from now on.
    pub(crate) fn halve(&mut self) {
        self.0
            .as_mut_slice()
            .iter_mut()
            .for_each(|count| *count /= 2);
    }

    #[cfg(test)]
    pub(crate) fn of(times: impl IntoIterator<Item = Duration>) -> Self {
        let all = Times::new();
        times.into_iter().for_each(|took| all.add(took));
        all.take()
    }
}

/// A clock in few bits, to be kept with each request: steps of 16 µs, which come back after 19 hours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticks(NonZero<u32>);

impl Ticks {
    pub(crate) fn since(epoch: Instant) -> Self {
        let ticks = epoch.elapsed().as_micros() >> 4;
        // Cut on purpose.
        Self(NonZero::new(ticks as u32).unwrap_or(NonZero::<u32>::MIN))
    }

    pub(crate) fn elapsed(self, epoch: Instant) -> Duration {
        let ticks = Self::since(epoch).0.get().wrapping_sub(self.0.get());
        Duration::from_micros(u64::from(ticks) << 4)
    }
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).map_or(MOST, |micros| micros.min(MOST))
}

fn config() -> Config {
    Config::new(GROUPING, POWER).expect("the powers are constant, and fit")
}

#[cfg(all(test, not(health_loom)))]
mod tests {
    use super::*;

    const fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn quantiles_are_as_fine_as_buckets() {
        let taken = Taken::of((1..=1000).map(millis));
        assert_eq!(taken.count(), 1000);
        for (share, expected) in [(0.5, 500), (0.95, 950), (0.99, 990)] {
            let quantile = taken.quantile(share).unwrap();
            assert!(quantile >= millis(expected), "{quantile:?}");
            assert!(quantile <= millis(expected * 107 / 100), "{quantile:?}");
        }
        assert!((890..=900).contains(&taken.longer_than(millis(100))));
        assert_eq!(Taken::default().quantile(0.5), None);
    }

    #[test]
    fn what_takes_for_ever_counts_all_the_same() {
        let taken = Taken::of([Duration::MAX]);
        assert!(taken.quantile(0.5).unwrap() > Duration::from_secs(1000));
    }

    #[test]
    fn what_is_long_ago_counts_less() {
        let mut taken = Taken::of([millis(1); 64]);
        taken.halve();
        taken.add(&Taken::of([millis(2); 64]));
        assert_eq!((taken.count(), taken.longer_than(millis(1))), (96, 64));
    }

    #[tokio::test(start_paused = true)]
    async fn ticks_come_back() {
        let epoch = Instant::now();
        let first = Ticks::since(epoch);
        tokio::time::advance(millis(48)).await;
        assert!(first.elapsed(epoch) <= millis(48) && first.elapsed(epoch) > millis(47));
        tokio::time::advance(Duration::from_secs(19 * 3600)).await;
        let later = Ticks::since(epoch);
        tokio::time::advance(millis(160)).await;
        assert_eq!(later.elapsed(epoch), millis(160));
    }
}
