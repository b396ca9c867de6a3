//! The metrics, as the Prometheus exporter renders them; in paused time where the watchdog's thread is not needed.

#![cfg(feature = "metrics")]
#![allow(clippy::unwrap_used, reason = "a test")]

mod background;
#[cfg(feature = "heartbeat")]
mod beats;
mod checks;
mod course;
#[cfg(feature = "heartbeat")]
mod documented;
mod judgement;
mod labels;
mod page;
mod probes;
mod recorders;
mod vitals;

#[path = "../health/support.rs"]
#[allow(dead_code, reason = "shared with others")]
mod support;
