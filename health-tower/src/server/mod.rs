//! Probes on a thread and a runtime of their own.
//!
//! From the outside to the inside: the server and its thread, the sockets, what accepts on them, the connections, one of them.

mod accept;
mod bind;
mod connection;
mod connections;
mod gentle;
mod patience;
mod probe_server;
mod thread;
#[cfg(unix)]
mod unix;

pub use probe_server::ProbeServer;
