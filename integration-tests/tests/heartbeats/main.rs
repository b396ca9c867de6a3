//! Heartbeats, and whom they beat to, with real sockets and real processes.

mod push;
mod systemd;
