//! Rolling restarts behind real load balancers, with retries switched off.
//!
//! HAProxy and Envoy ask for readiness every 200 ms. nginx asks nobody: the test takes an instance out and reloads as soon as its
//! readiness turns 503. All three are installed by `integration-tests/run`; where one is missing, its tests say SKIPPED.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test")]

mod balancer;
mod early_release;
mod envoy_told;
mod every_round;
mod fleet;
mod instance;
mod load;
mod mode;
mod one_round;
mod peer;
mod place;
mod restart_time;
mod rolling;
mod table;
mod tally;
