use std::ops::Add;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::traffic::Ending;

/// How those that counted on one stripe ended. What completed is not counted: it is what is left of those that left.
///
/// Relaxed throughout: a number is the whole message, and each is only ever compared with itself a second before.
#[derive(Debug)]
pub(crate) struct Tally {
    failed: AtomicU64,
    cancelled: AtomicU64,
    shed: AtomicU64,
    /// Holds that have gone, and what a drain has ended: no evidence of anything.
    apart: AtomicU64,
    /// Holds that have come.
    holds: AtomicU64,
    /// Were counted as overdue, and answered after all.
    recovered: AtomicU64,
    /// Of so many requests one has its time taken: one less than a power of two.
    sampling: AtomicU32,
}

/// Ever so many of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Endings {
    pub(crate) failed: u64,
    pub(crate) cancelled: u64,
    pub(crate) shed: u64,
    pub(crate) apart: u64,
    pub(crate) holds: u64,
    pub(crate) recovered: u64,
}

impl Endings {
    /// How many more than before.
    pub(crate) fn since(&self, before: &Self) -> Self {
        Self {
            failed: self.failed - before.failed,
            cancelled: self.cancelled - before.cancelled,
            shed: self.shed - before.shed,
            apart: self.apart - before.apart,
            holds: self.holds - before.holds,
            recovered: self.recovered - before.recovered,
        }
    }
}

impl Add for Endings {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            failed: self.failed + other.failed,
            cancelled: self.cancelled + other.cancelled,
            shed: self.shed + other.shed,
            apart: self.apart + other.apart,
            holds: self.holds + other.holds,
            recovered: self.recovered + other.recovered,
        }
    }
}

/// Before anything is known of how many come.
const AT_FIRST: u32 = 15;

impl Tally {
    pub(crate) fn new() -> Self {
        Self {
            failed: AtomicU64::new(0),
            cancelled: AtomicU64::new(0),
            shed: AtomicU64::new(0),
            apart: AtomicU64::new(0),
            holds: AtomicU64::new(0),
            recovered: AtomicU64::new(0),
            sampling: AtomicU32::new(AT_FIRST),
        }
    }

    /// `None`: it was cancelled.
    pub(crate) fn ended(&self, ending: Option<Ending>) {
        let counter = match ending {
            Some(Ending::Completed) => return,
            Some(Ending::Failed) => &self.failed,
            Some(Ending::Shed) => &self.shed,
            None => &self.cancelled,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn set_apart(&self) {
        self.apart.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn recovered(&self) {
        self.recovered.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn holds(&self) {
        self.holds.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn endings(&self) -> Endings {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Endings {
            failed: load(&self.failed),
            cancelled: load(&self.cancelled),
            shed: load(&self.shed),
            apart: load(&self.apart),
            holds: load(&self.holds),
            recovered: load(&self.recovered),
        }
    }

    /// Whether the one of that number has its time taken.
    #[inline]
    pub(crate) fn samples(&self, number: u64) -> bool {
        number & u64::from(self.sampling.load(Ordering::Relaxed)) == 0
    }

    /// Takes the time of some hundreds a second, or of all where there are no more.
    pub(crate) fn sample_of(&self, per_second: u64) {
        const ENOUGH: u64 = 256;
        let one_in = (per_second / ENOUGH).next_power_of_two().min(1 << 16);
        let sampling = u32::try_from(one_in - 1).unwrap_or(AT_FIRST);
        // Stored only where it changes: the line belongs to a busy thread.
        if self.sampling.load(Ordering::Relaxed) != sampling {
            self.sampling.store(sampling, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_come_the_fewer_have_their_time_taken() {
        let tally = Tally::new();
        let sampled = |tally: &Tally| (0..65_536).filter(|number| tally.samples(*number)).count();
        assert_eq!(sampled(&tally), 4_096, "a few, before anything is known");
        for (per_second, of_all) in [(0, 65_536), (511, 65_536), (512, 32_768), (65_536, 256)] {
            tally.sample_of(per_second);
            assert_eq!(sampled(&tally), of_all, "{per_second} a second");
        }
        tally.sample_of(u64::MAX);
        assert_eq!(sampled(&tally), 1);
    }
}
