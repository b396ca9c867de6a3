//! Runs checks in the background, so that a probe never waits for one.
//!
//! Two pure machines decide: [`Schedule`](schedule::Schedule) when a check runs next, and
//! [`Thresholds`](thresholds::Thresholds) whether it is up or down. Both are told the time or the outcome and never look
//! for themselves. [`task`] is the thin shell around them: one task a check, which sleeps, runs, and reports.

mod held;
mod host;
mod lag;
mod nap;
mod run;
mod schedule;
mod task;
mod thresholds;

pub(crate) use host::Host;
pub(crate) use lag::LagMeter;
#[cfg(feature = "test")]
pub(crate) use nap::Nap;
pub(crate) use task::{CheckTask, TOO_LONG};
pub use thresholds::CheckState;
pub(crate) use thresholds::Thresholds;
