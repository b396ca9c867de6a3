use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::check::{Body, Census, Check, CheckRef, Resolved, StateMap};
use crate::error::{Problem, StartError};
use crate::lifecycle::{DrainPolicy, Latch, drive};
use crate::runner::{CheckTask, Host, LagMeter};
use crate::snapshot::{Hub, StatusBoard};
use crate::traffic::InFlight;
use crate::{Health, Probe};

/// Synchronous checks that all hang take no more threads than these.
const MOST_LIVENESS_THREADS: usize = 16;
const MOST_OTHER_THREADS: usize = 64;

/// How often results are looked at for staleness. Probes don't depend on it: the board knows by itself.
const TICK: Duration = Duration::from_secs(1);

/// Collects states, checks and settings for a [`Health`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use health_core::{Check, Health};
///
/// let health = Health::builder()
///     .check(Check::readiness("cache", || async { true }))
///     .expect(["cache"])
///     .start()?;
/// # let _ = health;
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing runs until `start()`"]
pub struct HealthBuilder {
    linked: bool,
    census: Census,
    states: StateMap,
    drain: DrainPolicy,
    startup_deadline: Duration,
    runtime: Option<Handle>,
    problems: Vec<Problem>,
}

impl HealthBuilder {
    pub(crate) fn new() -> Self {
        Self {
            linked: true,
            census: Census::default(),
            states: StateMap::default(),
            drain: DrainPolicy::default(),
            startup_deadline: Duration::from_secs(60),
            runtime: None,
            problems: Vec::new(),
        }
    }

    /// Provides a value for all checks that ask for `State<T>`, `Arc<T>` or `&T`. An `Arc<T>` may be given for `T`.
    pub fn state<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        if !self.states.insert(value) {
            let name = std::any::type_name::<T>();
            self.problems.push(Problem::StateTwice { name });
        }
        self
    }

    /// Adds a check that is made at run time.
    pub fn check(mut self, check: Check) -> Self {
        self.census.add_check(check);
        self
    }

    /// Adds checks by name, with `checks![path::to::check]`. This also links the crates that they stand in. A check that
    /// was found by itself as well is still one check.
    pub fn checks(mut self, checks: impl IntoIterator<Item = CheckRef>) -> Self {
        checks
            .into_iter()
            .for_each(|check| self.census.add_ref(check));
        self
    }

    /// Names checks that must be there, so that one which the linker dropped, or a feature removed, is an error at start
    /// and not a readiness that means nothing.
    pub fn expect<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        names
            .into_iter()
            .for_each(|name| self.census.expect(name.into()));
        self
    }

    /// Whether annotated functions anywhere in the binary are checks of this service. They are by default; switch it off
    /// for a second `Health` in one process, and name its checks with [`checks`](Self::checks).
    pub fn linked(mut self, linked: bool) -> Self {
        self.linked = linked;
        self
    }

    /// How long a shutdown may take. [`DrainPolicy::default`] where it isn't said.
    pub fn drain(mut self, policy: DrainPolicy) -> Self {
        self.drain = policy;
        self
    }

    /// When to log what start-up still waits for. 60 s by default. Nothing else follows from it: `startup` and `readiness`
    /// stay down, liveness is untouched, and whether to restart is up to the orchestrator's start-up probe.
    pub fn startup_deadline(mut self, deadline: Duration) -> Self {
        self.startup_deadline = deadline;
        self
    }

    /// The runtime on which checks run, for a `start()` outside of one. The current one where it isn't said.
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// Starts all checks in the background.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, at once: missing states, checks of the same name, impossible options, checks that were
    /// expected and are not there, a drain policy that can't work, a runtime that is missing, has ended, or has no timers.
    pub fn start(mut self) -> Result<Health, StartError> {
        if self.linked {
            self.census.add_linked();
        }
        let mut problems = self.problems;
        if let Some(why) = self.drain.problem() {
            problems.push(Problem::BadDrain { why });
        }
        let runtime = self.runtime.or_else(|| Handle::try_current().ok());
        match &runtime {
            None => problems.push(Problem::NoRuntime),
            Some(runtime) => problems.extend(unusable(runtime)),
        }
        let checks = self.census.resolve(&Arc::new(self.states));
        match (checks, runtime) {
            (Ok(checks), Some(runtime)) if problems.is_empty() => {
                start(checks, self.drain, self.startup_deadline, &runtime)
            }
            (Err(more), _) => Err(StartError::new([problems, more].concat())),
            (Ok(_), _) => Err(StartError::new(problems)),
        }
    }
}

fn start(
    checks: Vec<Resolved>,
    drain: DrainPolicy,
    startup_deadline: Duration,
    runtime: &Handle,
) -> Result<Health, StartError> {
    let board = StatusBoard::leak(Instant::now());
    let in_flight = InFlight::leak();
    let hub = Arc::new(Hub::new(&checks, board));
    let latch = Arc::new(Latch::new(Arc::clone(&hub), drain));
    log_census(&checks);

    let liveness = host_for(&checks, MOST_LIVENESS_THREADS, |probe| {
        probe == Probe::Liveness
    })?;
    let others = host_for(&checks, MOST_OTHER_THREADS, |probe| {
        probe != Probe::Liveness
    })?;

    let mut tasks = Vec::with_capacity(checks.len() + 5);
    let total = checks.len();
    let lag = LagMeter::new(Instant::now());
    tasks.push(runtime.spawn(Arc::clone(&lag).watch()).abort_handle());
    for (check, index) in checks.into_iter().zip(0..) {
        let host = if check.probe == Probe::Liveness {
            &liveness
        } else {
            &others
        };
        let (home, lag) = match (&check.body, host) {
            (Body::Sync(_), Some(host)) => (host.runtime(), host.lag()),
            _ => (runtime, &lag),
        };
        let task = CheckTask {
            index,
            checks: total,
            probe: check.probe,
            settings: check.settings,
            body: check.body,
            lag: Arc::clone(lag),
        };
        let driven = task.drive(Arc::clone(&hub), home.clone());
        tasks.push(home.spawn(driven).abort_handle());
    }
    let drive = drive(Arc::clone(&hub), Arc::clone(&latch), in_flight);
    let driver = runtime.spawn(drive).abort_handle();
    tasks.push(runtime.spawn(tick(Arc::clone(&hub))).abort_handle());
    tasks.push(
        runtime
            .spawn(warn_of_slow_start(Arc::clone(&hub), startup_deadline))
            .abort_handle(),
    );
    let hosts = liveness.into_iter().chain(others).collect();
    Ok(Health::new(
        hub, board, in_flight, latch, tasks, driver, hosts,
    ))
}

/// The threads for synchronous checks of these probes, if there are any.
///
/// Liveness has threads of its own: readiness checks that hang must not keep it waiting, and so restart what a restart won't cure.
fn host_for(
    checks: &[Resolved],
    threads: usize,
    probes: fn(Probe) -> bool,
) -> Result<Option<Host>, StartError> {
    let needed = |check: &Resolved| probes(check.probe) && matches!(check.body, Body::Sync(_));
    let host = checks
        .iter()
        .any(needed)
        .then(|| Host::start(threads))
        .transpose();
    host.map_err(|error| {
        StartError::new(vec![Problem::NoThread {
            error: error.to_string(),
        }])
    })
}

/// Why nothing would run on this runtime.
fn unusable(runtime: &Handle) -> Option<Problem> {
    let task = runtime.spawn(std::future::pending::<()>());
    if task.is_finished() {
        return Some(Problem::RuntimeEnded);
    }
    task.abort();
    // There is no way to ask for a timer but to take one.
    let timer = catch_unwind(AssertUnwindSafe(|| {
        let _context = runtime.enter();
        drop(tokio::time::sleep(Duration::ZERO));
    }));
    timer.is_err().then_some(Problem::NoTimers)
}

async fn tick(hub: Arc<Hub>) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        hub.tick(ticks.tick().await);
    }
}

async fn warn_of_slow_start(hub: Arc<Hub>, deadline: Duration) {
    tokio::time::sleep(deadline).await;
    if let Some(waited_for) = hub.starting() {
        let waited_for = waited_for.join(", ");
        tracing::warn!(target: "health", ?deadline, "start-up has not succeeded in time; it waits for: {waited_for}");
    }
}

/// A check that is missing here was not registered: the third defence against one that the linker dropped.
fn log_census(checks: &[Resolved]) {
    let named = |check: &Resolved| format!("{} ({})", check.name, check.probe);
    let names: Vec<_> = checks.iter().map(named).collect();
    if names.is_empty() {
        tracing::warn!(target: "health", "health starts without any check: ready as long as it runs");
    } else {
        tracing::info!(target: "health", count = names.len(), "health starts with: {}", names.join(", "));
    }
}
