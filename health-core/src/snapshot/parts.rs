use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use slab::Slab;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::ProbeStatus;
use crate::snapshot::Published;

/// The parts that somebody has an eye on, and how they stood when a change was last published.
///
/// 1. A part is filed under the lock, with its status of then; a change is published before the parts are assessed anew, under
///    the lock as well. Whichever is later sees the other: no part keeps a status that nobody will compare.
/// 2. Who follows is woken after every lock was released, and reads what is published then.
#[derive(Debug)]
pub(crate) struct Parts {
    filed: Mutex<Slab<Filed>>,
    changes: watch::Sender<()>,
    ended: AtomicBool,
}

#[derive(Debug)]
struct Filed {
    checks: Box<[usize]>,
    status: ProbeStatus,
}

impl Parts {
    pub(crate) fn new() -> Self {
        Self {
            filed: Mutex::default(),
            changes: watch::Sender::new(()),
            ended: AtomicBool::new(false),
        }
    }

    /// `published` is asked under the lock.
    pub(crate) fn file<P: AsRef<Published>>(
        &self,
        checks: &[usize],
        published: impl FnOnce() -> P,
    ) -> usize {
        let mut filed = self.filed();
        let status = published().as_ref().part(checks, Instant::now());
        let checks = checks.into();
        filed.insert(Filed { checks, status })
    }

    pub(crate) fn take_out(&self, key: usize) {
        self.filed().try_remove(key);
    }

    /// Whether one of them has changed.
    pub(crate) fn reassess(&self, published: &Published) -> bool {
        let now = Instant::now();
        let mut changed = false;
        for (_, part) in self.filed().iter_mut() {
            let status = published.part(&part.checks, now);
            changed |= std::mem::replace(&mut part.status, status) != status;
        }
        changed
    }

    /// Nothing will change any more.
    pub(crate) fn end(&self) {
        // Relaxed: the wake-up that follows, by a lock of its own, orders it for whoever is woken.
        self.ended.store(true, Ordering::Relaxed);
        self.changes.send_replace(());
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    pub(crate) fn changes(&self) -> &watch::Sender<()> {
        &self.changes
    }

    fn filed(&self) -> MutexGuard<'_, Slab<Filed>> {
        self.filed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
