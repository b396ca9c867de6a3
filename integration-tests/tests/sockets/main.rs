//! The layer over real sockets: axum, hyper and tonic on loopback, and clients that send exact bytes.

#![allow(clippy::unwrap_used, reason = "a test")]

mod bodies;
mod details;
mod drain_switch;
mod echo;
mod exec_probe;
mod exec_probe_answers;
mod exec_probe_args;
mod exec_probe_grpc;
mod garbage;
mod garbage_bodies;
mod garbage_heads;
mod grpc;
mod grpc_streams;
mod hyper_servers;
mod in_flight;
mod in_flight_clients;
mod in_flight_more;
mod limits;
mod limits_outside;
mod many_probes;
mod one_instance;
mod passing;
mod placement;
mod probe_forms;
mod probe_server;
mod probe_server_binding;
mod probe_server_clients;
#[cfg(unix)]
mod probe_server_unix;
mod probe_table;
#[cfg(unix)]
mod process;
mod shutdown;
mod shutdown_ends;
mod tower_http_around;
mod tower_http_inside;
mod transitions;
mod upgrade;
