use std::any::Any;
use std::fmt::{self, Display};
use std::task::Waker;

use crossbeam_utils::CachePadded;
use tokio::time::Instant;

use crate::traffic::desk::{Desk, Place};
use crate::traffic::in_flight::Hold;
use crate::traffic::{DrainFlags, InFlight, Unfinished};

/// What is in flight, by name, as far as it waits for something. A face's own labels: this crate knows no requests.
///
/// A desk for each stripe, so that threads don't meet. Leaked, once for each [`Health`](crate::Health) and kind of label, by
/// [`InFlight::registry`].
pub struct InFlightRegistry<L: 'static> {
    in_flight: InFlight,
    desks: Box<[CachePadded<Desk<L>>]>,
}

/// What all registries can do, whatever their labels.
pub(crate) trait Unlabelled: Send + Sync {
    fn wake_all(&self);
    fn list(&self, now: Instant, all: &mut Vec<Unfinished>);
    fn as_any(&self) -> &(dyn Any + Send + Sync);
}

impl<L: Display + Send + 'static> InFlightRegistry<L> {
    pub(crate) fn new(in_flight: InFlight) -> Self {
        let desk = |_| CachePadded::new(Desk::new());
        let desks = (0..in_flight.width()).map(desk).collect();
        Self { in_flight, desks }
    }

    /// Counts one more until the returned value is dropped, and gives how far a drain has come.
    #[inline]
    pub fn enter(&'static self, label: L) -> (InFlightEntry<L>, DrainFlags) {
        let (hold, flags) = self.in_flight.enter_with_flags();
        let place = Place::Label(label);
        let registry = self;
        let entry = InFlightEntry {
            place,
            registry,
            hold,
        };
        (entry, flags)
    }
}

impl<L: Display + Send + 'static> Unlabelled for InFlightRegistry<L> {
    fn wake_all(&self) {
        self.desks.iter().for_each(|desk| desk.wake_all());
    }

    fn list(&self, now: Instant, all: &mut Vec<Unfinished>) {
        self.desks.iter().for_each(|desk| desk.list(now, all));
    }

    fn as_any(&self) -> &(dyn Any + Send + Sync) {
        self
    }
}

impl<L> fmt::Debug for InFlightRegistry<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlightRegistry").finish_non_exhaustive()
    }
}

/// One that is in flight, as long as it lives, and has a name.
#[must_use = "it counts as in flight only while it lives"]
pub struct InFlightEntry<L: 'static> {
    place: Place<L>,
    registry: &'static InFlightRegistry<L>,
    hold: Hold,
}

impl<L> InFlightEntry<L> {
    /// How far a drain has come.
    #[inline]
    #[must_use]
    pub fn flags(&self) -> DrainFlags {
        self.hold.flags()
    }

    /// Whether it has been put down, so that a report would name it.
    #[inline]
    #[must_use]
    pub fn is_put_down(&self) -> bool {
        matches!(self.place, Place::At(_))
    }

    /// How likely it is, between 0 and 1, that its connection is to be closed after it: see [`InFlight::closing_chance`].
    #[must_use]
    pub fn closing_chance(&self) -> f64 {
        self.registry.in_flight.closing_chance()
    }

    /// Is called with what is to be woken when it is to end, each time that it has to wait. `true` if it is to end already.
    pub fn wait(&mut self, waker: &Waker) -> bool {
        let desk = &self.registry.desks[self.hold.stripe_number()];
        desk.wait(self.hold.stripe(), &mut self.place, waker)
    }
}

impl<L> Drop for InFlightEntry<L> {
    #[inline]
    fn drop(&mut self) {
        if self.is_put_down() {
            self.registry.desks[self.hold.stripe_number()].leave(&mut self.place);
        }
    }
}

impl<L> fmt::Debug for InFlightEntry<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlightEntry").finish_non_exhaustive()
    }
}
