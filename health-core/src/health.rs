use std::borrow::Cow;
use std::fmt::Display;
use std::future::IntoFuture;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::task::AbortHandle;

use crate::adding::Adding;
use crate::check::bounded_name;
use crate::dependency::Dependencies;
use crate::lifecycle::{Closing, DrainPolicy, DrainReport, DrainWatch, Latch, Trigger, drive, run};
use crate::probers::Probers;
use crate::pulse::{Pulse, Pulses};
use crate::runner::Host;
use crate::snapshot::{Hub, Part, Snapshot, StatusBoard, Statuses, Subscription, UnknownChecks};
use crate::startup::StartupTask;
use crate::traffic::{Connections, Hold, InFlight, RouteGroup};
use crate::watchdog::WatchThread;
use crate::{HealthBuilder, Outcome, Probe, ProbeStatus, WeakHealth};

/// The health of one service: what the checks found, in which phase it is, and what is in flight.
///
/// A cheap clone. Checks run as long as one handle lives; a layer's service holds one.
///
/// What requests count on is leaked when it starts, some KiB: make one for a service, and not one for each request.
#[derive(Clone, Debug)]
pub struct Health(pub(crate) Arc<Inner>);

/// Everything that goes with the last handle.
#[derive(Debug)]
pub(crate) struct Inner {
    #[cfg(feature = "metrics")]
    pub(crate) started: std::time::SystemTime,
    pub(crate) hub: Arc<Hub>,
    pub(crate) board: StatusBoard,
    pub(crate) in_flight: InFlight,
    pub(crate) connections: Connections,
    pub(crate) probers: Probers,
    pub(crate) latch: Arc<Latch>,
    pub(crate) tasks: Vec<AbortHandle>,
    pub(crate) adding: Adding,
    pub(crate) dependencies: Dependencies,
    pub(crate) driver: AbortHandle,
    pub(crate) pulses: Arc<Pulses>,
    pub(crate) startup_deadline: Duration,
    pub(crate) _watch: Option<WatchThread>,
    pub(crate) _hosts: Vec<Host>,
}

impl Health {
    /// Collects states, checks and settings, and then starts.
    pub fn builder() -> HealthBuilder {
        HealthBuilder::new()
    }

    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// The answer to a probe now. Takes no lock and allocates nothing.
    #[must_use]
    pub fn status(&self, probe: Probe) -> ProbeStatus {
        self.0.board.status(probe)
    }

    /// The whole state now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let hub = &self.0.hub;
        Snapshot::new(
            hub.published(),
            hub.vitals().now(),
            self.0.in_flight.count(),
            self.0.connections.count(),
            self.0.probers.answers(),
            self.0.board,
        )
    }

    /// Follows the snapshots from here on.
    #[must_use]
    pub fn subscribe(&self) -> Subscription {
        Subscription {
            published: self.0.hub.subscribe(),
            vitals: self.0.hub.vitals().clone(),
            in_flight: self.0.in_flight,
            connections: self.0.connections.clone(),
            probers: self.0.probers,
            board: self.0.board,
        }
    }

    /// A part of the service that needs these checks, whichever probe they are for, and not the others. None: it follows readiness.
    ///
    /// A check that only observes counts as well: naming it is the decision.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use health_core::{Check, Health};
    ///
    /// let health = Health::builder()
    ///     .check(Check::readiness("database", || async { true }))
    ///     .check(Check::readiness("search", || async { false }))
    ///     .start()?;
    /// let orders = health.part(["database"])?;
    /// let mut statuses = health.statuses().follow();
    /// while !orders.status().is_up() {
    ///     statuses.changed().await?;
    /// }
    /// assert!(health.part(["databse"]).unwrap_err().to_string().contains("no check named `databse`"));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Names that no check has, all of them.
    pub fn part<'a>(
        &self,
        checks: impl IntoIterator<Item = &'a str>,
    ) -> Result<Part, UnknownChecks> {
        let checks: Vec<_> = checks.into_iter().collect();
        Part::new(&self.0.hub, self.0.board, &checks)
    }

    /// The statuses of the probes and of all parts, for faces that tell of changes.
    #[must_use]
    pub fn statuses(&self) -> Statuses {
        Statuses::new(&self.0.hub, self.0.board)
    }

    /// Resolves when the server should stop accepting: after the lame duck of a shutdown. It is what
    /// `axum::serve(…).with_graceful_shutdown(…)` and tonic's `serve_with_shutdown` want.
    pub fn closing(&self) -> Closing {
        Closing::new(self.0.latch.closing.clone())
    }

    /// Begins the shutdown, as SIGTERM does: readiness is down when this returns, then lame duck, closing, and waiting for
    /// what is in flight. Works from any thread, with or without a runtime. It can't be taken back; a second call changes nothing.
    pub fn shutdown(&self) {
        self.0.latch.request(Trigger::Requested, false);
    }

    /// Declares a piece of start-up work, and holds start-up back until it is done. Declare all of them before the server
    /// runs: what a probe was told can't be taken back, and a task that comes later is only reported.
    pub fn startup_task(&self, name: impl Into<Cow<'static, str>>) -> StartupTask {
        let task = self.0.hub.startup_task(bounded_name(name.into()));
        StartupTask::new(Arc::downgrade(&self.0.hub), task)
    }

    /// Declares a worker that no request reaches, and whose work must not take for ever: see [`Pulse`]. Nobody looks at it where the
    /// watchdog is [off](crate::Watchdog::off). A name is cut at 100 bytes.
    pub fn pulse(&self, name: impl Into<Cow<'static, str>>) -> Pulse {
        self.0.pulses.declare(bounded_name(name.into()))
    }

    /// Reports that something went wrong which no check would find, such as a corrupt file: readiness is down for 60 s from
    /// the last report under this name, or until [`clear_fatal`](Self::clear_fatal). The reason is logged, and cut at 1 KiB; the name
    /// at 100 bytes. Beyond 32 names at a time, the rest count as one, `others`.
    pub fn report_fatal(&self, name: impl Into<Cow<'static, str>>, reason: impl Display) {
        let reason = Outcome::fail(reason)
            .reason()
            .unwrap_or_default()
            .to_owned();
        self.0.hub.report_fatal(bounded_name(name.into()), reason);
    }

    /// Takes a fatal error back before its time; by the name under which it was reported, however long.
    pub fn clear_fatal(&self, name: &str) {
        self.0.hub.clear_fatal(&bounded_name(name.into()));
    }

    /// Runs a server, and drains it on SIGTERM and ctrl-c.
    ///
    /// `server` is whatever can be awaited to run it, with [`closing`](Self::closing) as its signal to stop accepting. The
    /// first signal begins the shutdown; `run` returns when the server has ended and nothing is in flight any more, at the
    /// deadline of the [`DrainPolicy`](crate::DrainPolicy), or on a second signal. What is left by then is in the report.
    ///
    /// # Several servers
    ///
    /// All that share a `Health` drain together, with one shutdown and one deadline. Under one `run`, which returns one report when
    /// the last has ended (or the error of one at once; the others are dropped, as `try_join!` does):
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let health = health_core::Health::builder().start()?;
    /// # let server = |closing: health_core::Closing| async move { closing.await; Ok::<_, std::io::Error>(()) };
    /// let (web, grpc) = (server(health.closing()), server(health.closing()));
    /// # health.shutdown();
    /// # tokio::time::pause();
    /// health.run(async { tokio::try_join!(web, grpc).map(drop) }).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// Or each under a `run` of its own, which returns when all of them have ended, each with its own report; a server that ends by
    /// itself begins the shutdown of the others. A shutdown uses a `Health` up: a server that is run after one is given what is left
    /// of its time.
    ///
    /// # What can't be ended
    ///
    /// A thread that blocks can't be stopped from outside. Where all workers block in async code, this returns late, for it needs one of
    /// them; half a second after the deadline, the [watchdog](crate::Watchdog) raises it and logs an error that names what is left. What
    /// runs in `spawn_blocking` goes on after this has returned, and the end of `#[tokio::main]` waits for it: use `std::process::exit`,
    /// or `Runtime::shutdown_background`, if it may take longer than the orchestrator does.
    ///
    /// # Signals
    ///
    /// They are heard from the moment this is first polled, for as long as there is a `Health`; until then, SIGTERM ends the
    /// process as ever. From then on they never end it by themselves again, not even once `run` has returned: return from
    /// `main` soon after. A signal that finds a shutdown under way, as SIGTERM after a preStop hook, joins it.
    ///
    /// # Errors
    ///
    /// The server's own error, as it is.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, or in one without I/O or time (`enable_all`).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use health_core::Health;
    ///
    /// let health = Health::builder().start()?;
    /// let closing = health.closing();
    /// let server = async move {
    ///     closing.await;
    ///     Ok::<_, std::io::Error>(())
    /// };
    /// # health.shutdown();
    /// # tokio::time::pause();
    /// let report = health.run(server).await?;
    /// assert!(report.is_clean());
    /// # Ok(()) }
    /// ```
    pub async fn run<S, E>(&self, server: S) -> Result<DrainReport, E>
    where
        S: IntoFuture<Output = Result<(), E>>,
    {
        run(self, server.into_future()).await
    }

    /// Counts as in flight while the returned value lives: for work that a drain must wait for and that no response body
    /// covers, such as an upgraded connection or a job in the background. [Name](Hold::named) it for the report.
    pub fn hold(&self) -> Hold {
        self.0.in_flight.enter()
    }

    /// The counter of what is in flight, for faces.
    #[must_use]
    pub fn in_flight(&self) -> InFlight {
        self.0.in_flight
    }

    /// A group of routes of that name, whose traffic is judged by itself as well: an error that is rare among all requests is not rare
    /// on the route that has it. For faces; the same name gives the same group.
    ///
    /// `None` where there are as many as there may be, 16: groups are for a service's parts, not for its paths.
    #[must_use]
    pub fn route_group(&self, name: &str) -> Option<RouteGroup> {
        self.0.in_flight.group(&bounded_name(name.into()))
    }

    /// The connections that are open, for faces.
    #[must_use]
    pub fn connections(&self) -> Connections {
        self.0.connections.clone()
    }

    /// Where to note who asks, for faces.
    #[must_use]
    pub fn probers(&self) -> Probers {
        self.0.probers
    }

    /// The board of answers, for faces that are cloned for every request.
    #[must_use]
    pub fn board(&self) -> StatusBoard {
        self.0.board
    }

    /// What a lame duck that may end early must be told, for faces.
    #[must_use]
    pub fn drain_watch(&self) -> DrainWatch {
        self.0.latch.watch
    }

    /// By the clock on the wall.
    #[cfg(feature = "metrics")]
    pub(crate) fn started(&self) -> std::time::SystemTime {
        self.0.started
    }

    /// The policy of the drain, as it was set.
    #[must_use]
    pub fn drain_policy(&self) -> DrainPolicy {
        self.0.latch.policy
    }

    /// After how long start-up is logged as late, as it was set.
    #[must_use]
    pub fn startup_deadline(&self) -> Duration {
        self.0.startup_deadline
    }

    /// A handle that doesn't keep the checks running.
    #[must_use]
    pub fn downgrade(&self) -> WeakHealth {
        WeakHealth(Arc::downgrade(&self.0))
    }

    pub(crate) fn latch(&self) -> &Arc<Latch> {
        &self.0.latch
    }

    /// Whether there is a watchdog.
    #[cfg(feature = "heartbeat")]
    pub(crate) fn is_watched(&self) -> bool {
        self.0._watch.is_some()
    }

    /// Walks through the drain.
    pub(crate) fn drive(&self) -> impl Future<Output = ()> + use<> {
        let inner = &self.0;
        drive(
            Arc::clone(&inner.hub),
            Arc::clone(&inner.latch),
            inner.in_flight,
            inner.connections.clone(),
        )
    }
}

impl Drop for Inner {
    /// Checks stop, and what they found goes stale in its time. A drain that has begun goes on: servers wait for `closing()`.
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
        let added = self.adding.added.get_mut();
        added.unwrap_or_else(PoisonError::into_inner).end();
        if !self.latch.abandon() {
            return;
        }
        self.driver.abort();
        tracing::warn!(
            target: "health",
            "the last `Health` handle was dropped while serving: checks have stopped, and their results go stale"
        );
    }
}
