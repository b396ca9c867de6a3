//! The traffic signal: which requests are under way, from their arrival to the end of their response bodies.

mod desk;
mod in_flight;
#[cfg(all(test, health_loom))]
mod model;
mod registry;
mod stripe;
mod sync;
mod unfinished;

pub use in_flight::{Hold, InFlight};
pub use registry::{InFlightEntry, InFlightRegistry};
pub use stripe::DrainFlags;
pub use unfinished::Unfinished;
