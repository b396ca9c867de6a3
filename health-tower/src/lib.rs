//! Liveness, readiness and a drain that loses nothing, for services built on tower: axum, tonic, hyper.
//!
//! Two questions are mixed up everywhere. *Is this process alive?* If not, restart it. *Should it get traffic now?* If not,
//! route around it. Here they are two attributes, and one layer answers both:
//!
//! ```no_run,standalone_crate
//! use std::sync::atomic::{AtomicBool, Ordering};
//!
//! use axum::{Router, routing::get};
//! use health_tower::{Health, HealthLayer, State, liveness_check, readiness_check};
//!
//! struct Database(&'static str);
//!
//! /// Send traffic while the database answers. Runs in the background, never on a probe's path.
//! #[readiness_check(timeout = "100ms", every = "5s")]
//! async fn database(database: State<Database>) -> Result<(), std::io::Error> {
//!     tokio::net::TcpStream::connect(database.0).await.map(drop)
//! }
//!
//! static CORRUPT: AtomicBool = AtomicBool::new(false);
//!
//! /// Restart once memory is corrupt. An `async fn` doesn't compile here: liveness answers from memory.
//! #[liveness_check]
//! fn memory_is_sound() -> bool {
//!     !CORRUPT.load(Ordering::Relaxed)
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let health = Health::builder().state(Database("127.0.0.1:5432")).start()?;
//!     let app = Router::new()
//!         .route("/orders", get(|| async { "none yet" }))
//!         .layer(HealthLayer::new(&health));
//!     let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await?;
//!     let server = axum::serve(listener, app).with_graceful_shutdown(health.closing());
//!     health.run(server).await?;
//!     Ok(())
//! }
//! ```
//!
//! # The four probes
//!
//! | path | asks | 503 when |
//! |---|---|---|
//! | `/health/live` | would a restart help? | a liveness check failed three times in a row, no worker of the runtime has turned for a minute, one has hung for five, or work under a [`Pulse`] is overdue; never because of a drain, overload, or a readiness check |
//! | `/health/ready` | send traffic here now? | starting, draining, a fatal error was reported, or a critical readiness check is down, stale, or has not run yet |
//! | `/health/startup` | has it started? | a start-up check has not succeeded yet; once up, it stays up |
//! | `/health/external` | does the user's path work? | an external check is down; 404, from your application, where none is declared |
//!
//! Answers are plain: `ok` or `unavailable`. Names, errors and versions don't leave the process: they go to
//! [`tracing`](https://docs.rs/tracing), one event under the target `health` for each change. With the feature `details`, those whom
//! you let see them get them on request: `HealthLayerBuilder::details`.
//!
//! # Where things are
//!
//! - Registering checks: [`liveness_check`], [`readiness_check`], [`startup_check`], [`external_check`] with all options;
//!   [`Check`] for closures; [`checks!`] to name them; [`HealthBuilder::expect`] against those that the linker dropped.
//! - Answering: [`HealthLayer`] and where to put it, [`ProbePaths`], [`ProbeService`] as a service of its own. With the feature `server`,
//!   `ProbeServer` answers on a port and a thread of its own; with `exec-probe`, `exec_probe()` lets the program ask itself.
//! - Answering gRPC, with the feature `grpc`: `HealthLayerBuilder::grpc` and `GrpcHealth`, with working configuration for Kubernetes, Envoy and
//!   clients that look for themselves.
//! - Ending: [`Health::run`], [`Health::closing`], [`DrainPolicy`], [`Health::hold`]. With the feature `listener`, `axum` or `tonic`,
//!   `TrackedListener` lets the drain wait for connections, upgraded ones too, and end those that don't end by themselves.
//!   [`KubernetesProbes`] prints the probes and the grace period that fit.
//! - Maintenance: [`Health::begin_drain`], [`Health::resume`], [`Health::drained`]; with the feature `switch`, `DrainSwitch` lets
//!   operators and preStop hooks do so by `POST`.
//! - Judging what passes through: [`Traffic`], for groups of routes and for whose fault a response is; [`Verdict`] and [`Rule`] for what is made of
//!   it, together with all else.
//! - Calling others: [`ObserveLayer`] around a client, for the health of a dependency from real calls; [`Health::dependency`] where there is no
//!   client of tower.
//! - Asking itself, with the feature `synthetic`: `Synthetic` makes requests through a clone of the whole service, and with
//!   `synthetic-http` over a URL, on its own intervals; `SyntheticRequest` tells a handler. [`Health::add_check`] is what it stands on.
//! - Belonging, with the feature `heartbeat`: `Heartbeat` makes this instance a member with a coordinator, by beats that its runtimes have
//!   to earn, and `Membership` says whether it still is one.
//! - Testing, with the feature `test`: the module `test` forces outcomes, drives time, and asserts that probes are answered outside of
//!   authentication and limits.
//! - Reading: [`Health::status`], [`Health::snapshot`], [`Health::subscribe`], [`Health::part`], [`Snapshot::verdict`], [`Snapshot::traffic`].
//!
//! In a file that also uses `axum::extract::State`, let the check take a reference, `database: &Database`, instead of
//! [`State`]: the names don't collide, and it is the same.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(any(feature = "listener", feature = "server"))]
mod accepting;
mod answer;
mod answering;
mod body;
#[cfg(feature = "details")]
mod details;
#[cfg(feature = "exec-probe")]
mod exec;
#[cfg(feature = "grpc")]
mod grpc;
#[cfg(any(feature = "exec-probe", feature = "grpc"))]
mod grpc_message;
#[cfg(any(doc, doctest))]
pub mod guide;
mod kubernetes;
mod layer;
#[cfg(feature = "listener")]
mod listener;
mod observe;
mod paths;
mod probe_body;
mod probe_filter;
mod probe_service;
#[cfg(feature = "server")]
mod server;
#[cfg(feature = "switch")]
mod switch;
#[cfg(feature = "synthetic")]
mod synthetic;
#[cfg(feature = "test")]
#[cfg_attr(docsrs, doc(cfg(feature = "test")))]
pub mod test;
mod timer;
#[cfg(any(feature = "details", feature = "switch"))]
mod token;
mod traffic;

pub use body::{CutShort, HealthBody};
#[cfg(feature = "details")]
#[cfg_attr(docsrs, doc(cfg(feature = "details")))]
pub use details::Details;
#[cfg(feature = "exec-probe")]
#[cfg_attr(docsrs, doc(cfg(feature = "exec-probe")))]
pub use exec::{exec_probe, exec_probe_from};
#[cfg(feature = "grpc")]
#[cfg_attr(docsrs, doc(cfg(feature = "grpc")))]
pub use grpc::{GrpcHealth, GrpcServices, ServiceError};
#[cfg(feature = "metrics")]
#[cfg_attr(docsrs, doc(cfg(feature = "metrics")))]
pub use health_core::HealthMetrics;
pub use health_core::{
    Advice, AdviceKind, Asker, Call, Calls, Cause, Check, CheckRef, CheckReport, CheckState,
    Closing, Connection, Connections, Dependency, DependencyBuilder, DrainFlags, DrainPolicy,
    DrainReport, DrainWatch, Ending, Evidence, FatalReport, Fault, FaultKind, FromState, Half,
    Health, HealthBuilder, Hold, Impact, InFlight, InFlightRequest, InProcess, IntoOutcome,
    LoopLag, Outages, Outcome, Part, Phase, Probe, ProbeAnswers, ProbeStatus, ProberReport,
    Probers, Pulse, PulseGuard, PulseReport, PulseState, RouteGroup, Rule, RuntimeReport,
    RuntimeState, Scope, Shutdown, Snapshot, StartError, StartupReport, StartupState, StartupTask,
    State, StatusBoard, Statuses, StuckWorker, Subscription, TrafficReport, Trigger, Unfinished,
    UnknownChecks, Verdict, VerdictReport, Watchdog, Watching, WeakHealth,
};
#[cfg(feature = "heartbeat")]
#[cfg_attr(docsrs, doc(cfg(feature = "heartbeat")))]
pub use health_core::{Heartbeat, HeartbeatReport, HeartbeatState, Membership, heartbeat};
pub use health_macros::{checks, external_check, liveness_check, readiness_check, startup_check};
pub use kubernetes::KubernetesProbes;
pub use layer::{HealthLayer, HealthLayerBuilder, HealthService, ResponseFuture};
#[cfg(feature = "listener")]
#[cfg_attr(docsrs, doc(cfg(feature = "listener")))]
pub use listener::{Accept, Tracked, TrackedListener};
pub use observe::{ObserveLayer, ObserveLayerBuilder, Observed, ObservedBody, ObservedFuture};
pub use paths::{LayerError, ProbePaths};
pub use probe_body::ProbeBody;
pub use probe_filter::ProbeFilter;
pub use probe_service::{ProbeFuture, ProbeService};
#[cfg(feature = "server")]
#[cfg_attr(docsrs, doc(cfg(feature = "server")))]
pub use server::ProbeServer;
#[cfg(feature = "switch")]
#[cfg_attr(docsrs, doc(cfg(feature = "switch")))]
pub use switch::DrainSwitch;
#[cfg(feature = "synthetic")]
#[cfg_attr(docsrs, doc(cfg(feature = "synthetic")))]
pub use synthetic::{
    Answer, Answers, IntoDuration, IntoStep, Step, Synthetic, SyntheticBody, SyntheticError,
    SyntheticRequest,
};
pub use traffic::Traffic;

/// A boxed error, as tower uses it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

#[doc(hidden)]
pub use health_core::__private;
