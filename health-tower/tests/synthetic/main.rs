//! Requests that a service makes to itself: through a clone of it, in paused time.

#![cfg(feature = "synthetic")]
#![allow(clippy::unwrap_used, reason = "a test")]

mod cadence;
mod drain;
mod failures;
mod grpc;
mod handles;
mod marks;
mod refused;
mod steps;
mod world;
