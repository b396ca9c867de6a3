//! The start-up signal: pieces of work that the application declares, and that must be done before it counts as started.

mod handle;
mod tasks;

pub use handle::StartupTask;
pub use tasks::{StartupReport, StartupState};

pub(crate) use tasks::{TaskId, Tasks};
