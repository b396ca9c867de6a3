//! Placeholder docs.

mod answer;
mod answering;
mod body;
pub mod layer;
mod paths;
pub mod probe_service;

pub use body::HealthBody;
pub use health_core::*;
pub use health_macros::{checks, external_check, liveness_check, readiness_check, startup_check};
pub use layer::{HealthLayer, HealthLayerBuilder, HealthService, ResponseFuture};
pub use paths::{LayerError, ProbePaths};
pub use probe_service::{ProbeFuture, ProbeService};

/// A boxed error, as tower uses it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

#[doc(hidden)]
pub use health_core::__private;
