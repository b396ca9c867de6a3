use std::task::Waker;

use slab::Slab;
use tokio::time::Instant;

use crate::traffic::Unfinished;
use crate::traffic::name::Name;
use crate::traffic::stripe::Stripe;
use crate::traffic::sync::{Mutex, MutexGuard, PoisonError};

/// What waits, of all that counts on one stripe: who is to be woken at the end, and what it is.
///
/// 1. Who waits puts itself down first, and looks at the flags then. Who ends raises the flag first, and goes through the desk
///    then. Whichever of the two is later at the desk sees the other: nobody waits past the end. (Modelled in `model.rs`.)
/// 2. What never waited is not here: it has not been polled twice.
#[derive(Debug)]
pub(crate) struct Desk {
    entries: Mutex<Slab<Entry>>,
}

#[derive(Debug)]
struct Entry {
    name: Name,
    since: Instant,
    waker: Waker,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self {
            entries: Mutex::new(Slab::new()),
        }
    }

    /// Puts down who waits. `true` if it is to end instead.
    pub(crate) fn wait(
        &self,
        stripe: &Stripe,
        place: &mut Option<u32>,
        waker: &Waker,
        name: impl FnOnce() -> Name,
    ) -> bool {
        let mut entries = self.entries();
        match place.and_then(|at| entries.get_mut(at as usize)) {
            Some(entry) => entry.waker.clone_from(waker),
            None => {
                let at = entries.insert(Entry {
                    name: name(),
                    since: Instant::now(),
                    waker: waker.clone(),
                });
                // More than four billion don't fit into memory.
                *place = u32::try_from(at).ok();
            }
        }
        drop(entries);
        stripe.flags().is_ended()
    }

    pub(crate) fn leave(&self, place: u32) {
        // Dropped after the lock: a waker is somebody else's code.
        let _entry = self.entries().try_remove(place as usize);
    }

    /// Wakes all, after the flag was raised.
    pub(crate) fn wake_all(&self) {
        let wakers: Vec<_> = self
            .entries()
            .iter()
            .map(|(_, entry)| entry.waker.clone())
            .collect();
        // After the lock: a waker may run the one that it wakes.
        wakers.into_iter().for_each(Waker::wake);
    }

    fn entries(&self) -> MutexGuard<'_, Slab<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn list(&self, now: Instant, all: &mut Vec<Unfinished>) {
        let entries = self.entries();
        all.extend(entries.iter().map(|(_, entry)| Unfinished {
            what: entry.name.to_string(),
            age: now.saturating_duration_since(entry.since),
        }));
    }
}
