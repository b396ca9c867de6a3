use std::mem;
use std::task::Waker;

use slab::Slab;
use tokio::time::Instant;

use crate::sync::{Mutex, MutexGuard, PoisonError};
use crate::traffic::name::Name;
use crate::traffic::stripe::Stripe;
use crate::traffic::wake::wake_each;
use crate::traffic::{RouteGroup, Unfinished};

/// What waits, of all that counts on one stripe: who is to be woken at the end, and what it is. And what is only named, as a hold is,
/// and looks by itself.
///
/// 1. Who waits puts itself down first, and looks at the flags then. Who ends raises the flag first, and goes through the desk
///    then. Whichever of the two is later at the desk sees the other: nobody waits past the end. (Modelled in `model.rs`.)
/// 2. What never waited is not here: it has not been polled twice.
#[derive(Debug)]
pub(crate) struct Desk {
    entries: Mutex<Slab<Entry>>,
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: Name,
    pub(crate) group: Option<RouteGroup>,
    pub(crate) stage: Stage,
    /// When it was put down.
    pub(crate) since: Instant,
    /// When it came into its stage.
    pub(crate) at_stage: Instant,
    waker: Waker,
    /// It was counted as overdue.
    pub(crate) counted: bool,
}

/// Who puts itself down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Who {
    pub(crate) stage: Stage,
    pub(crate) group: Option<RouteGroup>,
}

/// What it waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Until the service is ready for it.
    Queue,
    /// For the head of its response: for whoever is to answer it.
    Head,
    /// For the rest of the response, of which its client has the head.
    Body,
    /// For nothing: it is a hold.
    Hold,
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
        who: Who,
        name: impl FnOnce() -> Name,
    ) -> bool {
        let mut entries = self.entries();
        // Dropped after the lock: the last waker of a task may drop what the task holds, a place at this desk perhaps.
        let mut before = None;
        match place.and_then(|at| entries.get_mut(at as usize)) {
            Some(entry) => {
                if !entry.waker.will_wake(waker) {
                    before = Some(mem::replace(&mut entry.waker, waker.clone()));
                }
            }
            None => {
                let now = Instant::now();
                let at = entries.insert(Entry {
                    name: name(),
                    group: who.group,
                    stage: who.stage,
                    since: now,
                    at_stage: now,
                    waker: waker.clone(),
                    counted: false,
                });
                // More than four billion don't fit into memory.
                *place = u32::try_from(at).ok();
            }
        }
        drop(entries);
        drop(before);
        stripe.flags().is_ended()
    }

    /// Puts down what nobody is to be woken for.
    pub(crate) fn put(&self, name: Name) -> Option<u32> {
        let now = Instant::now();
        let at = self.entries().insert(Entry {
            name,
            group: None,
            stage: Stage::Hold,
            since: now,
            at_stage: now,
            waker: Waker::noop().clone(),
            counted: false,
        });
        u32::try_from(at).ok()
    }

    pub(crate) fn rename(&self, place: u32, name: Name) {
        if let Some(entry) = self.entries().get_mut(place as usize) {
            entry.name = name;
        }
    }

    /// It has come so far. `true` if it had been counted as overdue until then.
    pub(crate) fn advance(&self, place: u32, stage: Stage) -> bool {
        let mut entries = self.entries();
        let Some(entry) = entries.get_mut(place as usize) else {
            return false;
        };
        (entry.stage, entry.at_stage) = (stage, Instant::now());
        mem::replace(&mut entry.counted, false)
    }

    pub(crate) fn leave(&self, place: u32) {
        // Dropped after the lock: a waker is somebody else's code.
        let _entry = self.entries().try_remove(place as usize);
    }

    /// Wakes all, after the flag was raised.
    pub(crate) fn wake_all(&self) {
        let take = |entry: &mut Entry| mem::replace(&mut entry.waker, Waker::noop().clone());
        let wakers: Vec<_> = self
            .entries()
            .iter_mut()
            .map(|(_, entry)| take(entry))
            .collect();
        // After the lock: a waker may run the one that it wakes. Who comes again finds that it is to end.
        wake_each(wakers);
    }

    fn entries(&self) -> MutexGuard<'_, Slab<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows all that are put down.
    pub(crate) fn look(&self, mut show: impl FnMut(&mut Entry)) {
        self.entries().iter_mut().for_each(|(_, entry)| show(entry));
    }

    pub(crate) fn list(&self, now: Instant, all: &mut Vec<Unfinished>) {
        let entries = self.entries();
        all.extend(entries.iter().map(|(_, entry)| Unfinished {
            what: entry.name.to_string(),
            age: now.saturating_duration_since(entry.since),
        }));
    }
}

#[cfg(all(test, not(health_loom)))]
mod tests {
    use std::sync::Arc;
    use std::task::Wake;

    use super::*;
    use crate::traffic::{InFlight, InFlightRequest};

    /// The last reference to a task: what it holds goes with it.
    struct Task(#[allow(dead_code, reason = "it is held to be dropped")] Option<InFlightRequest>);

    impl Wake for Task {
        fn wake(self: Arc<Self>) {}
    }

    #[test]
    fn a_waker_that_holds_a_place_itself_can_be_replaced_and_woken() {
        let in_flight = InFlight::leak();
        let held = || {
            let (mut request, _) = in_flight.enter_request();
            request.wait(Waker::noop(), || ("GET", "/inner"));
            Waker::from(Arc::new(Task(Some(request))))
        };
        let (mut outer, _) = in_flight.enter_request();
        for _ in 0..3 {
            outer.wait(&held(), || ("GET", "/outer"));
        }
        assert_eq!(
            in_flight.unfinished(10).len(),
            2,
            "the outer one, and what its waker holds"
        );
        in_flight.end();
        drop(outer);
        assert_eq!(in_flight.count(), 0);
    }
}
