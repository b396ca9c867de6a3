//! Heartbeats, and whom they beat to: real coordinators, real sockets and real processes.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test")]

mod etcd;
mod faults;
mod push;
mod systemd;
