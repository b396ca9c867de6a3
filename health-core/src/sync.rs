//! The same primitives for production and for the model checker.

#[cfg(not(health_loom))]
pub(crate) use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
#[cfg(not(health_loom))]
pub(crate) use std::sync::{Mutex, MutexGuard};

#[cfg(health_loom)]
pub(crate) use loom::sync::atomic::{AtomicU8, AtomicU64, Ordering};
#[cfg(health_loom)]
pub(crate) use loom::sync::{Mutex, MutexGuard};

pub(crate) use std::sync::PoisonError;
