use std::fmt;
use std::task::Waker;

use crate::traffic::in_flight::Counted;
use crate::traffic::name::Name;
use crate::traffic::{DrainFlags, InFlight};

/// A request in flight, as long as it lives. From [`InFlight::enter_request`], for faces.
///
/// Most are answered without ever waiting, and nobody wants to know what they were: a name is only given with the first wait.
#[must_use = "it counts as in flight only while it lives"]
pub struct InFlightRequest {
    counted: Counted,
    place: Option<u32>,
}

impl InFlight {
    /// Counts one more until the returned value is dropped, and gives how far a drain has come.
    #[inline]
    pub fn enter_request(self) -> (InFlightRequest, DrainFlags) {
        let (counted, flags) = self.count_one();
        let place = None;
        (InFlightRequest { counted, place }, flags)
    }
}

impl InFlightRequest {
    /// How far a drain has come.
    #[inline]
    #[must_use]
    pub fn flags(&self) -> DrainFlags {
        self.counted.flags()
    }

    /// How likely it is that its connection is to be closed after it: see [`Hold::closing_chance`](crate::Hold::closing_chance).
    #[must_use]
    pub fn closing_chance(&self) -> f64 {
        self.counted.closing_chance()
    }

    /// Is called with what is to be woken when it is to end, each time that it has to wait. `true` if it is to end already.
    ///
    /// With its first wait, it says what it is: a report calls it by the method, cut at 8 bytes, and the path, cut at 104.
    pub fn wait<'a>(&mut self, waker: &Waker, name: impl FnOnce() -> (&'a str, &'a str)) -> bool {
        let (desk, stripe) = self.counted.desk();
        let name = || {
            let (method, path) = name();
            Name::new(method, path)
        };
        desk.wait(stripe, &mut self.place, waker, name)
    }
}

impl Drop for InFlightRequest {
    #[inline]
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.counted.desk().0.leave(place);
        }
    }
}

impl fmt::Debug for InFlightRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlightRequest").finish_non_exhaustive()
    }
}
