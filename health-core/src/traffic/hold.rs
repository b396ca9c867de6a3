use std::fmt;

use crate::check::bounded_name;
use crate::traffic::in_flight::Counted;
use crate::traffic::name::Name;
use crate::traffic::{DrainFlags, InFlight};

/// Something in flight, as long as it lives: an upgraded connection, work in the background. A drain waits for it, and names it if it
/// is still there at the deadline.
#[must_use = "it counts as in flight only while it lives"]
pub struct Hold {
    place: Option<u32>,
    counted: Counted,
}

impl InFlight {
    /// Counts one more until the returned value is dropped. Takes a lock that few others share: for what lasts, and not for each request.
    pub fn enter(self) -> Hold {
        let (counted, _) = self.count_one();
        counted.holds();
        let place = counted.desk().0.put(Name::of("a hold"));
        Hold { place, counted }
    }
}

impl Hold {
    /// What the report of a drain calls it, instead of "a hold". Cut at 100 bytes.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let health = health_core::Health::builder().start()?;
    /// let hold = health.hold().named("websocket /chat");
    /// # drop(hold);
    /// # Ok(()) }
    /// ```
    pub fn named(self, name: &str) -> Self {
        if let Some(place) = self.place {
            let name = Name::of(&bounded_name(name.into()));
            self.counted.desk().0.rename(place, name);
        }
        self
    }

    /// How far a drain has come: who sees it ended should end as well.
    #[inline]
    #[must_use]
    pub fn flags(&self) -> DrainFlags {
        self.counted.flags()
    }

    /// How likely it is, between 0 and 1, that a connection is to be closed now: it rises to 1 over the lame duck, so that clients
    /// come back one after the other and find another instance, before the rest is closed all at once.
    #[must_use]
    pub fn closing_chance(&self) -> f64 {
        self.counted.closing_chance()
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.counted.set_apart();
        if let Some(place) = self.place {
            self.counted.desk().0.leave(place);
        }
    }
}

impl fmt::Debug for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hold")
    }
}
