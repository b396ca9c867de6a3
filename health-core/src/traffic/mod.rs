//! The traffic signal: which requests are under way, from their arrival to the end of their response bodies; and which connections
//! are open.

mod connections;
mod desk;
mod entry;
mod hold;
mod in_flight;
mod line;
#[cfg(all(test, health_loom))]
mod model;
mod name;
mod stripe;
mod sync;
mod unfinished;
mod wake;

pub use connections::{Connection, Connections};
pub use entry::InFlightRequest;
pub use hold::Hold;
pub use in_flight::InFlight;
pub use line::Half;
pub use stripe::DrainFlags;
pub use unfinished::Unfinished;
