use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::watchdog::runtime::Sight;
use crate::watchdog::workers::Counters;

/// Asks one runtime for a sign of life: a task that notes when it ran.
///
/// Sent from outside, it goes through the queue that all workers take from, and wakes one that is parked. That one then also
/// watches timers and sockets, should the one that did so hang.
#[derive(Debug)]
pub(crate) struct Canary {
    runtime: Handle,
    sent: Instant,
    /// Nanoseconds since it was sent, plus one; zero while it is on its way.
    late: Arc<AtomicU64>,
    tasks: Vec<JoinHandle<()>>,
}

impl Canary {
    pub(crate) fn send(runtime: Handle) -> Self {
        let mut canary = Self {
            runtime,
            sent: Instant::now(),
            late: Arc::new(AtomicU64::new(0)),
            tasks: Vec::with_capacity(1),
        };
        canary.send_help();
        canary
    }

    pub(crate) fn send_again(&mut self) {
        *self = Self::send(self.runtime.clone());
    }

    /// Sends one more; whichever is first gives the answer.
    pub(crate) fn send_help(&mut self) {
        let (sent, note) = (self.sent, Arc::clone(&self.late));
        self.tasks.push(self.runtime.spawn(async move {
            let nanos = u64::try_from(sent.elapsed().as_nanos()).unwrap_or(u64::MAX - 1);
            // Relaxed: the number is the whole message.
            let _first = note.compare_exchange(0, nanos + 1, Ordering::Relaxed, Ordering::Relaxed);
        }));
    }

    /// What is to be seen now; `None` once the runtime has been shut down.
    pub(crate) fn sight(&self, signs: u64) -> Option<Sight> {
        // Asked first: one that ended by itself has noted it before.
        let ended = self.tasks.iter().any(JoinHandle::is_finished);
        let answer = match self.late.load(Ordering::Relaxed) {
            0 if ended => return None,
            0 => None,
            nanos => Some(Duration::from_nanos(nanos - 1)),
        };
        Some(Sight {
            answer,
            workers: self.workers(),
            signs,
        })
    }

    pub(crate) fn workers(&self) -> Vec<Counters> {
        let metrics = self.runtime.metrics();
        let counters = |worker| Counters {
            parks: metrics.worker_park_unpark_count(worker),
            busy: metrics.worker_total_busy_duration(worker),
        };
        (0..metrics.num_workers()).map(counters).collect()
    }
}

impl Drop for Canary {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_first_answers_and_a_runtime_that_ended_is_known() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let mut canary = Canary::send(runtime.handle().clone());
        canary.send_help();
        assert_eq!(canary.sight(0).unwrap().answer, None);
        runtime.block_on(tokio::task::yield_now());
        let answer = canary.sight(0).unwrap().answer;
        assert!(answer.is_some());
        canary.send_help();
        runtime.block_on(tokio::task::yield_now());
        assert_eq!(canary.sight(0).unwrap().answer, answer, "the first counts");
        canary.send_again();
        assert_eq!(canary.sight(0).unwrap().answer, None);
        drop(runtime);
        assert!(canary.sight(0).is_none());
        canary.send_again();
        assert!(canary.sight(0).is_none(), "nor does it come back");
    }

    #[test]
    fn each_flavor_has_its_workers() {
        let build = |mut builder: tokio::runtime::Builder| builder.build().unwrap();
        let one = build(tokio::runtime::Builder::new_current_thread());
        assert_eq!(Canary::send(one.handle().clone()).workers().len(), 1);
        let mut several = tokio::runtime::Builder::new_multi_thread();
        several.worker_threads(3);
        let several = build(several);
        assert_eq!(Canary::send(several.handle().clone()).workers().len(), 3);
    }
}
