//! [`HealthLayer`]: answers probes, and counts everything else.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use axum::{Router, routing::get};
//! use health_tower::{Health, HealthLayer};
//!
//! let health = Health::builder().start()?;
//! let app: Router = Router::new()
//!     .route("/orders", get(|| async { "none yet" }))
//!     .layer(HealthLayer::new(&health));
//!
//! // Any tower service will do; here it is called without a server.
//! use tower::ServiceExt as _;
//! let probe = http::Request::get("/health/live").body(axum::body::Body::empty())?;
//! assert_eq!(app.oneshot(probe).await?.status(), 200);
//! # Ok(()) }
//! ```

mod builder;
mod future;
mod health_layer;
mod service;
mod shared;

pub use builder::HealthLayerBuilder;
pub use future::ResponseFuture;
pub use health_layer::HealthLayer;
pub use service::HealthService;

pub(crate) use shared::Shared;
