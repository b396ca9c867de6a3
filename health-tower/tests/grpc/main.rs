//! gRPC health as its protocol wants it, without a server around it. Messages are written and read byte by byte here.

#![cfg(feature = "grpc")]
#![allow(clippy::unwrap_used, reason = "a test")]

mod asked;
mod check;
mod client;
mod declared;
mod drain;
mod frames;
mod list;
mod refused;
mod stale;
mod watch;
mod watched_names;
mod world;
