use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::{Handle, RuntimeFlavor};
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
    /// Nanoseconds since it was sent, plus one; zero while it is on its way.
    late: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Canary {
    pub(crate) fn send(runtime: Handle) -> Self {
        let sent = Instant::now();
        let late = Arc::new(AtomicU64::new(0));
        let note = Arc::clone(&late);
        let task = runtime.spawn(async move {
            let nanos = u64::try_from(sent.elapsed().as_nanos()).unwrap_or(u64::MAX - 1);
            // Relaxed: the number is the whole message.
            note.store(nanos + 1, Ordering::Relaxed);
        });
        Self {
            runtime,
            late,
            task,
        }
    }

    pub(crate) fn send_again(&mut self) {
        *self = Self::send(self.runtime.clone());
    }

    /// What is to be seen now; `None` once the runtime has been shut down.
    pub(crate) fn sight(&self) -> Option<Sight> {
        let ended = self.task.is_finished();
        let answer = match self.late.load(Ordering::Relaxed) {
            0 if ended => return None,
            0 => None,
            nanos => Some(Duration::from_nanos(nanos - 1)),
        };
        Some(Sight {
            answer,
            workers: self.workers(),
        })
    }

    /// Empty where there is one only: the canary has no other to go to.
    pub(crate) fn workers(&self) -> Vec<Counters> {
        let metrics = self.runtime.metrics();
        let several = self.runtime.runtime_flavor() != RuntimeFlavor::CurrentThread
            && metrics.num_workers() > 1;
        let count = if several { metrics.num_workers() } else { 0 };
        let counters = |worker| Counters {
            parks: metrics.worker_park_unpark_count(worker),
            busy: metrics.worker_total_busy_duration(worker),
        };
        (0..count).map(counters).collect()
    }
}

impl Drop for Canary {
    fn drop(&mut self) {
        self.task.abort();
    }
}
