//! Everything that a snapshot knows, as metrics: names, labels, and who writes them when.
//!
//! A face: it reads snapshots and what was configured, and nothing else. What it writes goes to whichever recorder of the
//! [`metrics`](https://docs.rs/metrics) facade is there at that moment, so it doesn't matter which of the two came first.

mod catalogue;
mod health_metrics;
mod keys;
mod page;
mod words;

pub use health_metrics::HealthMetrics;
