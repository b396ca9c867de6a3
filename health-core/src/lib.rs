//! What is true about a service, independent of how it is asked.
//!
//! This is the engine behind [`health-tower`](https://docs.rs/health-tower), which adds the faces for tower services and
//! re-exports everything here: depend on that one. This crate knows tokio, and neither http nor tower.
//!
//! Signals (checks, the drain, traffic) flow into one [`Snapshot`], and every face reads only the snapshot, so that no two
//! of them can disagree:
//!
//! ```text
//! checks   ─┐
//! calls    ─┤
//! watchdog ─┤
//! pulses   ─┼─► ledger ─► assess ─► Snapshot, StatusBoard ─► faces
//! traffic  ─┤
//! drain    ─┘
//! ```
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use health_core::{Check, Health, Probe};
//!
//! let health = Health::builder()
//!     .check(Check::readiness("database", || async { Ok::<_, std::io::Error>(()) }))
//!     .start()?;
//! assert!(health.status(Probe::Liveness).is_up());
//! # Ok(()) }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod adding;
#[cfg(feature = "__tls")]
mod authorities;
mod builder;
mod check;
mod dependency;
mod error;
mod fatal;
mod health;
#[cfg(feature = "heartbeat")]
#[cfg_attr(docsrs, doc(cfg(feature = "heartbeat")))]
pub mod heartbeat;
mod lifecycle;
mod maintenance;
#[cfg(feature = "metrics")]
mod metrics;
mod probe;
mod probers;
mod pulse;
mod runner;
mod snapshot;
mod start;
mod startup;
mod sync;
#[cfg(feature = "test")]
#[cfg_attr(docsrs, doc(cfg(feature = "test")))]
pub mod test;
mod traffic;
mod verdict;
mod watchdog;
mod weak;

#[cfg(feature = "metrics")]
#[cfg_attr(docsrs, doc(cfg(feature = "metrics")))]
pub use crate::metrics::HealthMetrics;
pub use builder::HealthBuilder;
pub use check::{
    Check, CheckRef, FromState, Impact, InProcess, IntoOutcome, Outcome, Scope, State,
};
pub use dependency::{Call, Calls, Dependency, DependencyBuilder};
pub use error::StartError;
pub use fatal::FatalReport;
pub use health::Health;
#[cfg(feature = "heartbeat")]
#[cfg_attr(docsrs, doc(cfg(feature = "heartbeat")))]
pub use heartbeat::{Heartbeat, HeartbeatReport, HeartbeatState, Membership};
pub use lifecycle::{Closing, DrainPolicy, DrainReport, DrainWatch, Phase, Shutdown, Trigger};
pub use probe::{Probe, ProbeStatus};
pub use probers::{Advice, AdviceKind, Asker, ProbeAnswers, ProberReport, Probers, Watching};
pub use pulse::{Pulse, PulseGuard, PulseReport, PulseState};
pub use runner::CheckState;
pub use snapshot::{
    Cause, CheckReport, Outages, Part, Snapshot, StatusBoard, Statuses, Subscription, UnknownChecks,
};
pub use startup::{StartupReport, StartupState, StartupTask};
pub use traffic::{
    Connection, Connections, DrainFlags, Ending, Half, Hold, InFlight, InFlightRequest, RouteGroup,
    Unfinished,
};
pub use verdict::{Evidence, Rule, TrafficReport, Verdict, VerdictReport};
pub use watchdog::{Fault, FaultKind, LoopLag, RuntimeReport, RuntimeState, StuckWorker, Watchdog};
pub use weak::WeakHealth;

/// What the attribute macros expand to, and what faces of this project share. Not part of the public interface.
#[doc(hidden)]
#[allow(missing_docs)]
pub mod __private {
    pub use inventory;

    pub use crate::adding::problems_of;
    #[cfg(feature = "__tls")]
    pub use crate::authorities::authorities;
    pub use crate::check::{
        Argument, CheckRef, Entry, FromState, Impact, InProcess, IntoOutcome, Options, Outcome,
        Registration, Run, Scope, State, StateMap, is_unfit,
    };
    pub use crate::probe::Probe;
}
