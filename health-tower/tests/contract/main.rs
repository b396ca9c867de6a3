//! The contract of a tower service, kept by ours towards both sides: callers, and the service inside.

mod bodies;
mod gate;
mod probes;
mod readiness;
mod types;
