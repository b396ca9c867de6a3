//! Heartbeats against real coordinators.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test")]

mod etcd;
mod faults;
