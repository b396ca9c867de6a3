//! The traffic signal: which requests are under way, from their arrival to the end of their response bodies; and which connections
//! are open.

mod connections;
mod desk;
mod ending;
mod entry;
mod group;
mod hold;
mod in_flight;
mod line;
mod meter;
#[cfg(all(test, health_loom))]
mod model;
mod name;
mod stripe;
mod tally;
mod times;
mod unfinished;
mod wake;

pub use connections::{Connection, Connections};
pub use ending::Ending;
pub use entry::InFlightRequest;
pub use group::RouteGroup;
pub use hold::Hold;
pub use in_flight::InFlight;
pub use line::Half;
pub use stripe::DrainFlags;
pub use unfinished::Unfinished;

pub(crate) use in_flight::{stripes, thread_number};
pub(crate) use meter::{Meter, Second};
pub(crate) use name::Name;
pub(crate) use times::Taken;
