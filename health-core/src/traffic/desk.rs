use std::fmt::Display;
use std::task::Waker;
use std::time::Duration;

use slab::Slab;
use tokio::time::Instant;

use crate::traffic::Unfinished;
use crate::traffic::stripe::Stripe;
use crate::traffic::sync::{Mutex, MutexGuard, PoisonError};

/// What waits, of all that counts on one stripe: who is to be woken at the end, and what it is.
///
/// 1. Who waits puts itself down first, and looks at the flags then. Who ends raises the flag first, and goes through the desk
///    then. Whichever of the two is later at the desk sees the other: nobody waits past the end. (Modelled in `model.rs`.)
/// 2. What never waited is not here: it has not been polled twice.
#[derive(Debug)]
pub(crate) struct Desk<L> {
    entries: Mutex<Slab<Entry<L>>>,
}

#[derive(Debug)]
struct Entry<L> {
    label: L,
    since: Instant,
    waker: Waker,
}

/// A place at the desk, or the label to put down there.
#[derive(Debug)]
pub(crate) enum Place<L> {
    Label(L),
    At(usize),
    Gone,
}

impl<L> Desk<L> {
    pub(crate) fn new() -> Self {
        Self {
            entries: Mutex::new(Slab::new()),
        }
    }

    /// Puts down who waits. `true` if it is to end instead.
    pub(crate) fn wait(&self, stripe: &Stripe, place: &mut Place<L>, waker: &Waker) -> bool {
        let mut entries = self.entries();
        match std::mem::replace(place, Place::Gone) {
            Place::Label(label) => {
                let since = Instant::now();
                let waker = waker.clone();
                *place = Place::At(entries.insert(Entry {
                    label,
                    since,
                    waker,
                }));
            }
            Place::At(at) => {
                if let Some(entry) = entries.get_mut(at) {
                    entry.waker.clone_from(waker);
                }
                *place = Place::At(at);
            }
            Place::Gone => {}
        }
        drop(entries);
        stripe.flags().is_ended()
    }

    pub(crate) fn leave(&self, place: &mut Place<L>) {
        if let Place::At(at) = std::mem::replace(place, Place::Gone) {
            // Dropped after the lock: a label is somebody else's code.
            let _entry = self.entries().try_remove(at);
        }
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

    fn entries(&self) -> MutexGuard<'_, Slab<Entry<L>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<L: Display> Desk<L> {
    pub(crate) fn list(&self, now: Instant, all: &mut Vec<Unfinished>) {
        let age = |since| -> Duration { now.saturating_duration_since(since) };
        let entries = self.entries();
        all.extend(entries.iter().map(|(_, entry)| Unfinished {
            what: entry.label.to_string(),
            age: age(entry.since),
        }));
    }
}
