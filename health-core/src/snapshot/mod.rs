//! The one place where signals meet, and from which every face reads.
//!
//! Signals call the [`Hub`]. Under its one lock it updates the ledger, assesses the four probes with a pure function,
//! writes the [`StatusBoard`] (which a probe reads without a lock), and publishes an immutable [`Snapshot`]. A drain can
//! therefore not be undone by a late result: whoever comes later is assessed against the phase that holds by then.

mod assess;
#[cfg(feature = "heartbeat")]
mod beat;
mod board;
mod events;
mod hub;
mod ledger;
#[cfg(test)]
mod model;
mod outages;
mod part;
mod parts;
mod report;
mod reports;
mod statuses;
mod view;
mod vitals;

pub use board::StatusBoard;
pub use outages::Outages;
pub use part::{Part, UnknownChecks};
pub use report::{Cause, CheckReport};
pub use statuses::Statuses;
pub use view::{Snapshot, Subscription};

#[cfg(feature = "heartbeat")]
pub(crate) use beat::Beat;
pub(crate) use events::Event;
pub(crate) use hub::Hub;
pub(crate) use report::Finding;
pub(crate) use view::Published;
pub(crate) use vitals::{Asked, VitalSigns, Vitals};
