//! The engine through its public interface, in paused time where no thread of its own is needed.

#![allow(clippy::unwrap_used, reason = "a test")]

mod adding;
mod asked;
mod blocking;
mod conflated;
mod connections;
mod dependency;
mod drain;
mod handles;
#[cfg(feature = "heartbeat")]
mod heartbeat;
mod inconclusive;
mod maintenance;
mod parts;
mod probes;
mod running;
mod scheduling;
mod start_errors;
mod startup;
mod support;
mod unfinished;
mod watchdog;
