//! What a service tells those who watch over it.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test")]

mod events;
mod metrics;
mod on_call;
mod quoted;
