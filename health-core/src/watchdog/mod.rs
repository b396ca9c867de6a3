//! The signal of the process itself: whether its runtimes turn.
//!
//! [`Watchdog`] is what a user sets. A thread of its own looks, [`RuntimeWatch`](runtime::RuntimeWatch) and
//! [`Worker`](workers::Worker) judge, and are told the time by a [`Clock`](clock::Clock) that counts only what was seen.
//! [`ladder`] holds every limit, with its reason.

mod canary;
mod clock;
mod config;
mod fault;
mod ladder;
mod problem;
mod report;
mod runtime;
mod termination;
mod thread;
mod watch;
mod window;
mod workers;

pub use config::Watchdog;
pub use fault::{Fault, FaultKind};
pub use ladder::RuntimeState;
pub use report::{RuntimeReport, StuckWorker};
pub use window::LoopLag;

#[cfg(feature = "heartbeat")]
pub(crate) use clock::Clock;
pub(crate) use clock::Moment;
pub(crate) use config::Limits;
pub(crate) use ladder::OVERDUE;
#[cfg(feature = "heartbeat")]
pub(crate) use report::Turned;
pub(crate) use report::Turns;
pub(crate) use thread::{Besides, WatchThread};
