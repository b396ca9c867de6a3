//! Which paths are probes: [`ProbePaths`] as users write them, and the table that requests are matched against.

mod error;
mod probe_paths;
mod table;
mod target;

pub use error::LayerError;
pub use probe_paths::ProbePaths;

pub(crate) use table::PathTable;
pub(crate) use target::Target;
#[cfg(feature = "switch")]
pub(crate) use target::Turn;
