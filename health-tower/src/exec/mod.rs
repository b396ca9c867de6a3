//! The service's own program as a probe client.
//!
//! In the order of a run: the entry, the arguments, the target in them, the run with its deadline, and one file for each protocol.

mod args;
mod entry;
mod failure;
mod grpc;
mod http;
mod run;
mod status;
mod target;

pub use entry::{exec_probe, exec_probe_from};
