//! Who sees names and causes, who doesn't, and what there is to see.

#![cfg(feature = "details")]
#![allow(clippy::unwrap_used, reason = "a test")]

mod agreement;
mod asked;
#[cfg(feature = "heartbeat")]
mod beats;
mod bounds;
mod forms;
mod leaks;
mod states;
mod verdicts;
mod vitals;
mod world;
