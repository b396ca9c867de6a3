//! The contract of a tower service, kept by ours towards both sides: callers, and the service inside.

#![allow(clippy::unwrap_used, reason = "a test")]

mod bodies;
mod drain;
mod envoy;
mod gate;
mod observe;
mod observe_endings;
mod probes;
mod quiet;
mod readiness;
mod short_bodies;
#[cfg(feature = "switch")]
mod switch;
mod types;
