use std::fmt::Display;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::ALLOCATOR;

/// What the process has used so far.
#[derive(Clone, Copy)]
pub(crate) struct Usage {
    at: Instant,
    cpu: Duration,
    /// Bytes that are allocated and not freed.
    heap: f64,
}

impl Usage {
    pub(crate) fn now() -> Self {
        let stats = ALLOCATOR.stats();
        Self {
            at: Instant::now(),
            cpu: cpu(),
            heap: stats.bytes_allocated as f64 - stats.bytes_deallocated as f64,
        }
    }

    pub(crate) fn wall_since(self, before: Self) -> Duration {
        self.at - before.at
    }

    pub(crate) fn cpu_since(self, before: Self) -> Duration {
        self.cpu - before.cpu
    }

    /// How many bytes more are live.
    pub(crate) fn heap_since(self, before: Self) -> f64 {
        self.heap - before.heap
    }
}

/// User and system time of all threads.
fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.try_into().expect("time that was used isn't negative")
}

/// The value at that part of the sorted values: half is the median.
pub(crate) fn quantile(sorted: &[Duration], part: f64) -> Duration {
    let last = sorted.len().saturating_sub(1);
    let at = (last as f64 * part) as usize;
    sorted.get(at).copied().unwrap_or_default()
}

pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

pub(crate) fn print_row(what: &str, value: impl Display, verdict: impl Display) {
    println!("{what:44}{value:>14}   {verdict}");
}

pub(crate) fn at_most(value: f64, target: f64) -> String {
    verdict("≤", target, value <= target)
}

pub(crate) fn at_least(value: f64, target: f64) -> String {
    verdict("≥", target, value >= target)
}

fn verdict(relation: &str, target: f64, met: bool) -> String {
    let met = if met { "met" } else { "MISSED" };
    format!("target {relation} {target}: {met}")
}
