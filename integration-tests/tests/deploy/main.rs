//! The files of `health-tower/deploy`: that the tools they are for take them, that their numbers fit the library's, and that the
//! proxies keep the probes off the public side, where they are started with these very files before a real service.
//!
//! Each check refuses a broken copy, too. The tools are installed by `integration-tests/run`; where one is missing, its tests say
//! SKIPPED.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test")]

mod accepted;
mod files;
mod hidden;
mod judge;
mod nginx;
mod numbers;
mod platforms;
mod proxy;
mod refused;
mod service;
mod settings;
mod spellings;
mod stage;
mod taken_out;
mod tunnel;

#[allow(dead_code, reason = "of the balancers' tests, which also reload")]
#[path = "../balancers/peer.rs"]
mod peer;
#[path = "../balancers/place.rs"]
mod place;
