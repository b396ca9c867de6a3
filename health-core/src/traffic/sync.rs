//! The same atomics for production and for the model checker.

#[cfg(not(health_loom))]
pub(crate) use std::sync::atomic::{AtomicU64, Ordering};

#[cfg(health_loom)]
pub(crate) use loom::sync::atomic::{AtomicU64, Ordering};
