//! Heartbeats, and whom they beat to, with real sockets and real processes.

#![allow(clippy::unwrap_used, reason = "a test")]

mod push;
mod systemd;
