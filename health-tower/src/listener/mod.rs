//! Connections that a drain knows of.
//!
//! From the outside to the inside: the listener, what it accepts from, one connection, and the faces for axum and tonic.

mod accept;
#[cfg(feature = "axum")]
mod axum;
mod persistent;
mod silence;
#[cfg(feature = "tonic")]
mod tonic;
mod tracked;
mod tracked_listener;

pub use accept::Accept;
pub use tracked::Tracked;
pub use tracked_listener::TrackedListener;
