//! The layer over real sockets: axum, hyper and tonic on loopback, and clients that send exact bytes.

#![allow(clippy::unwrap_used, reason = "a test")]

mod announce;
mod bodies;
mod details;
mod drain_switch;
mod echo;
mod exec_probe;
mod exec_probe_answers;
mod exec_probe_args;
mod exec_probe_grpc;
mod faults;
mod faults_bodies;
mod faults_many;
mod faults_streams;
mod garbage;
mod garbage_bodies;
mod garbage_heads;
mod grpc;
mod grpc_health;
mod grpc_streams;
mod hyper_servers;
mod in_flight;
mod in_flight_clients;
mod in_flight_more;
mod limits;
mod limits_outside;
mod listener_ends;
mod listener_fresh;
mod listener_grpc;
mod listener_idle;
mod listener_silent;
mod listener_upgrades;
mod many_probes;
mod observe;
mod observe_peer;
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
#[cfg(unix)]
mod process_faults;
mod several_servers;
mod shutdown;
mod shutdown_ends;
mod synthetic;
mod synthetic_mark;
mod synthetic_over;
mod synthetic_tls;
mod tower_http_around;
mod tower_http_inside;
mod transitions;
mod upgrade;
