//! For your own tests: outcomes are forced, time is driven, and probes are found to be where they belong.
//!
//! ```toml
//! [dev-dependencies]
//! health-tower = { version = "0.1", features = ["test"] }
//! tokio = { version = "1", features = ["macros", "rt", "test-util"] }
//! ```
//!
//! ```
//! use std::time::Duration;
//!
//! use axum::{Router, routing::get};
//! use health_tower::test::{Stage, assert_probes_answer};
//! use health_tower::{Check, Health, HealthLayer, Probe};
//!
//! fn app(health: &Health) -> Router {
//!     Router::new().route("/orders", get(|| async { "none yet" })).layer(HealthLayer::new(health))
//! }
//!
//! #[tokio::test(start_paused = true)]
//! # async fn not_run() {}
//! # #[tokio::main(flavor = "current_thread")]
//! async fn probes_say_what_is_so() {
//! #   tokio::time::pause();
//!     let database = Check::readiness("database", || async { Err::<(), _>("no database in a test") });
//!     let stage = Stage::start(Health::builder().check(database)).unwrap();
//!     let health = stage.health();
//!     assert_probes_answer(app(health), &HealthLayer::new(health)).await; // outside of authentication and limits
//!
//!     stage.passes("database");
//!     assert!(health.status(Probe::Readiness).is_up());
//!     stage.times_out("database");
//!     assert!(!health.status(Probe::Readiness).is_up());
//!     stage.advance(Duration::from_secs(60)).await; // every check that falls due runs
//!     assert!(health.status(Probe::Liveness).is_up(), "a restart wouldn't bring the database back");
//! }
//! # probes_say_what_is_so();
//! ```
//!
//! [`Stage`] has outcomes and time; [`Placement`] is [`assert_probes_answer`] with options. What else a test may want is there
//! without the feature: [`Health::shutdown`](crate::Health::shutdown), [`Health::begin_drain`](crate::Health::begin_drain),
//! [`Health::report_fatal`](crate::Health::report_fatal), and [`HealthBuilder::linked`](crate::HealthBuilder::linked)`(false)` for a
//! `Health` without the checks that are annotated.

mod advice;
mod ask;
mod fill;
mod placement;
mod question;
mod remedies;

pub use health_core::test::Stage;
pub use placement::{Placement, assert_probes_answer};

pub(crate) use question::Question;
