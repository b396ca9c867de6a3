use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam_utils::CachePadded;

use crate::traffic::{stripes, thread_number};

/// How calls ended, counted by each thread on a line of its own.
///
/// Relaxed throughout: a number is the whole message, and each is only ever compared with itself a second before.
#[derive(Debug)]
pub(crate) struct Counts(Box<[CachePadded<Line>]>);

#[derive(Debug, Default)]
struct Line {
    completed: AtomicU64,
    failed: AtomicU64,
    cancelled: AtomicU64,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Completed,
    Failed,
    Cancelled,
}

/// How many calls to a dependency have ended, ever, and how; from [`Dependency::calls`](crate::Dependency::calls).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Calls {
    /// Answered; also with what is the caller's fault.
    pub completed: u64,
    /// Failed, or turned away.
    pub failed: u64,
    /// Said nothing of the dependency: given up by this service before there was an answer, or a stream that
    /// [broke off](crate::Call::answered).
    pub cancelled: u64,
}

impl Counts {
    pub(crate) fn new() -> Self {
        Self((0..stripes()).map(|_| CachePadded::default()).collect())
    }

    #[inline]
    pub(crate) fn add(&self, end: End) {
        // The number of stripes is a power of two.
        let line = &self.0[thread_number() & (self.0.len() - 1)];
        let counter = match end {
            End::Completed => &line.completed,
            End::Failed => &line.failed,
            End::Cancelled => &line.cancelled,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn totals(&self) -> Calls {
        let add = |sum: Calls, line: &CachePadded<Line>| Calls {
            completed: sum.completed + line.completed.load(Ordering::Relaxed),
            failed: sum.failed + line.failed.load(Ordering::Relaxed),
            cancelled: sum.cancelled + line.cancelled.load(Ordering::Relaxed),
        };
        self.0.iter().fold(Calls::default(), add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_several_threads_count_is_all_there() {
        let counts = Counts::new();
        std::thread::scope(|scope| {
            for _ in 0..2 * stripes() {
                scope.spawn(|| {
                    counts.add(End::Completed);
                    (0..2).for_each(|_| counts.add(End::Failed));
                    (0..3).for_each(|_| counts.add(End::Cancelled));
                });
            }
        });
        let threads = 2 * stripes() as u64;
        let Calls {
            completed,
            failed,
            cancelled,
        } = counts.totals();
        assert_eq!(
            [completed, failed, cancelled],
            [threads, 2 * threads, 3 * threads]
        );
    }
}
