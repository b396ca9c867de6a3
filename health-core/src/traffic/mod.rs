//! The traffic signal: which requests are under way, from their arrival to the end of their response bodies.

mod in_flight;
#[cfg(all(test, health_loom))]
mod model;
mod stripe;
mod sync;

pub use in_flight::{Hold, InFlight};
