//! The YAML that is printed for Kubernetes: its numbers, and that Kubernetes' own schemas take it.

#![allow(clippy::unwrap_used, reason = "a test")]

mod numbers;
mod schema;
