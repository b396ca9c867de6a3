//! The orders example, end to end: started as a process of its own on a free port, asked with the very lines that it
//! prints, and ended by signals.
//!
//! It is run from `target/*/examples/orders`. `cargo test` builds the examples of a package with its tests; with
//! `--test orders`, which selects one target, build it before: `cargo build --example orders`.

#![cfg(unix)]

mod drain;
mod errors;
mod grpc;
mod notified;
mod printed;
mod service;
mod shell;

#[path = "../../examples/orders/proto.rs"]
mod proto;
