//! Puts the parts together: the one place that knows all of them.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::adding::Adding;
use crate::check::{Body, Resolved};
use crate::dependency::Dependencies;
use crate::error::{Problem, StartError};
use crate::health::Inner;
use crate::lifecycle::{DrainPolicy, Latch, Late, drive};
use crate::probers::{Counsel, Probers};
use crate::pulse::Pulses;
use crate::runner::{CheckTask, Host, LagMeter, TOO_LONG};
use crate::snapshot::{Cause, Hub, StatusBoard};
use crate::traffic::{Connections, InFlight};
use crate::verdict::Judge;
use crate::watchdog::{Besides, WatchThread, Watchdog};
use crate::{AdviceKind, CheckState, Health, Probe};

/// How often results are looked at for staleness. Probes don't depend on it: the board knows by itself.
const TICK: Duration = Duration::from_secs(1);

/// How a service is to be watched and drained.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) drain: DrainPolicy,
    pub(crate) startup_deadline: Duration,
    pub(crate) watchdog: Watchdog,
    /// What nobody wants to be advised of.
    pub(crate) without_advice: Vec<AdviceKind>,
    /// Whether synchronous checks have threads of their own, as they do but in a test that drives the clock: threads have the system's.
    pub(crate) hosted: bool,
}

impl Plan {
    /// Says what can't work.
    pub(crate) fn problems(&self) -> impl Iterator<Item = Problem> {
        let drain = self.drain.problems().into_iter();
        let drain = drain.map(|why| Problem::BadDrain { why });
        let watchdog = self.watchdog.problem();
        let watchdog = watchdog.map(|why| Problem::BadWatchdog { why });
        drain.chain(watchdog)
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            drain: DrainPolicy::default(),
            startup_deadline: Duration::from_secs(60),
            watchdog: Watchdog::default(),
            without_advice: Vec::new(),
            hosted: true,
        }
    }
}

/// Starts everything that runs, once nothing is known to be wrong.
pub(crate) fn start(
    checks: Vec<Resolved>,
    plan: Plan,
    runtime: &Handle,
) -> Result<Health, StartError> {
    let board = StatusBoard::leak(Instant::now());
    let in_flight = InFlight::leak();
    let connections = Connections::new();
    let probers = Probers::leak();
    let hub = Arc::new(Hub::new(&checks, board));
    let latch = Arc::new(Latch::new(Arc::clone(&hub), plan.drain));
    log_census(&checks);
    for warning in plan.drain.warnings() {
        tracing::warn!(target: "health", "{warning}");
    }

    let hosted = plan.hosted;
    let liveness = host_for(&checks, hosted, |probe| probe == Probe::Liveness)?;
    let others = host_for(&checks, hosted, |probe| probe != Probe::Liveness)?;

    let pulses = Arc::new(Pulses::new(plan.watchdog.on));
    let watched = plan.watchdog.on;
    let watch = watched.then(|| {
        let pulses = Arc::clone(&pulses);
        // Under overload by polls that block, workers seldom show that they get on; requests that come and go do.
        let signs = Box::new(move || in_flight.turnover());
        let mut late = Late::new(&latch, in_flight, connections.clone());
        let mut judge = Judge::new(in_flight);
        let mut counsel = Counsel::new(probers, &plan.drain, &plan.without_advice);
        let besides: Besides = Box::new(move |hub, seen| {
            late.look(seen);
            judge.look(hub, seen);
            counsel.look(hub, seen);
        });
        WatchThread::start(plan.watchdog, runtime, &hub, pulses, signs, besides).map_err(no_thread)
    });
    let watch = watch.transpose()?;

    let mut tasks = Vec::with_capacity(checks.len() + 5);
    let total = checks.len();
    let here = checks
        .iter()
        .filter(|check| !hosted || matches!(check.body, Body::Async(_)));
    let lag = LagMeter::new(Instant::now(), here.map(shortest));
    tasks.push(runtime.spawn(Arc::clone(&lag).watch()).abort_handle());
    for (check, index) in checks.into_iter().zip(0..) {
        let host = match (&check.body, check.probe) {
            (Body::Async(_), _) => None,
            (Body::Sync(_), Probe::Liveness) => liveness.as_ref(),
            (Body::Sync(_), _) => others.as_ref(),
        };
        let home = home_of(host, runtime, &lag);
        tasks.push(run_check(check, index, total, home, &hub));
    }
    let drive = drive(
        Arc::clone(&hub),
        Arc::clone(&latch),
        in_flight,
        connections.clone(),
    );
    let driver = runtime.spawn(drive).abort_handle();
    let besides = (!watched).then(|| {
        let judge = Judge::new(in_flight);
        let counsel = Counsel::new(probers, &plan.drain, &plan.without_advice);
        (judge, counsel)
    });
    let tick = tick(Arc::clone(&hub), besides);
    tasks.push(runtime.spawn(tick).abort_handle());
    tasks.push(
        runtime
            .spawn(warn_of_slow_start(Arc::clone(&hub), plan.startup_deadline))
            .abort_handle(),
    );
    Ok(Health::new(Inner {
        #[cfg(feature = "metrics")]
        started: std::time::SystemTime::now(),
        hub,
        board,
        in_flight,
        connections,
        probers,
        latch,
        tasks,
        driver,
        pulses,
        adding: Adding {
            runtime: runtime.clone(),
            lag,
            hosted,
            added: Mutex::default(),
        },
        dependencies: Dependencies::default(),
        startup_deadline: plan.startup_deadline,
        _watch: watch,
        _hosts: liveness.into_iter().chain(others).collect(),
    }))
}

/// Where a check runs, and how late that is: on its host, if it has one.
pub(crate) fn home_of<'a>(
    host: Option<&'a Host>,
    runtime: &'a Handle,
    lag: &'a Arc<LagMeter>,
) -> (&'a Handle, &'a Arc<LagMeter>) {
    host.map_or((runtime, lag), |host| (host.runtime(), host.lag()))
}

/// Runs a check, one among `checks` whose first runs are spread, until it is aborted.
pub(crate) fn run_check(
    check: Resolved,
    index: usize,
    checks: usize,
    (home, lag): (&Handle, &Arc<LagMeter>),
    hub: &Arc<Hub>,
) -> AbortHandle {
    let task = CheckTask {
        index,
        checks,
        probe: check.probe,
        settings: check.settings,
        body: check.body,
        lag: Arc::clone(lag),
    };
    let driven = task.drive(Arc::clone(hub), home.clone());
    home.spawn(driven).abort_handle()
}

/// How many threads each synchronous check may take: its own, and one for what it may wait for on it, as name look-ups and files
/// of asynchronous code are. Since a check never overlaps itself, none ever waits for another's. They are made when they are needed,
/// and go after 10 s without work.
///
/// A check that hangs keeps its thread. A thousand of them hold a thousand threads: 2 MiB of address space each, of which some 12
/// KiB are memory, and no processor time; the system's limit on threads is what runs out first (`ulimit -u`, `pids.max` of a container).
const THREADS_EACH: usize = 2;

/// The threads for synchronous checks of these probes, if there are any, and they are to have some.
///
/// Liveness has threads of its own: readiness checks that hang must not keep it waiting, and so restart what a restart won't cure.
pub(crate) fn host_for(
    checks: &[Resolved],
    hosted: bool,
    probes: fn(Probe) -> bool,
) -> Result<Option<Host>, StartError> {
    let here = |check: &&Resolved| probes(check.probe) && matches!(check.body, Body::Sync(_));
    let here = || checks.iter().filter(here);
    let threads = THREADS_EACH * here().count();
    let host = (hosted && threads > 0).then(|| Host::start(threads, here().map(shortest)));
    host.transpose().map_err(no_thread)
}

/// What lag is held against for this check. Of a liveness check, also whether it is named as one that blocks.
fn shortest(check: &Resolved) -> Duration {
    let timeout = check.settings.timeout;
    if check.probe == Probe::Liveness {
        timeout.min(4 * TOO_LONG)
    } else {
        timeout
    }
}

fn no_thread(error: io::Error) -> StartError {
    let error = error.to_string();
    StartError::new(vec![Problem::NoThread { error }])
}

/// Why nothing would run on this runtime.
pub(crate) fn unusable(runtime: &Handle) -> Option<Problem> {
    if has_ended(runtime) {
        return Some(Problem::RuntimeEnded);
    }
    // There is no way to ask for a timer but to take one.
    let timer = catch_unwind(AssertUnwindSafe(|| {
        let _context = runtime.enter();
        drop(tokio::time::sleep(Duration::ZERO));
    }));
    timer.is_err().then_some(Problem::NoTimers)
}

pub(crate) fn has_ended(runtime: &Handle) -> bool {
    let task = runtime.spawn(std::future::pending::<()>());
    let ended = task.is_finished();
    task.abort();
    ended
}

/// Where there is a watchdog, its thread is where verdicts are made: that one runs whatever happens here.
async fn tick(hub: Arc<Hub>, mut besides: Option<(Judge, Counsel)>) {
    let began = Instant::now();
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let now = ticks.tick().await;
        hub.tick(now);
        if let Some((judge, counsel)) = &mut besides {
            let seen = now.saturating_duration_since(began);
            judge.look(&hub, seen);
            counsel.look(&hub, seen);
        }
        hub.emit();
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
    for check in checks {
        let (name, probe) = (&*check.name, check.probe.name());
        let (impact, state) = (check.settings.impact.name(), CheckState::Pending.name());
        let cause = Cause::NeverRun.name();
        tracing::debug!(target: "health", check = name, probe, impact, state, cause, "check `{name}` has not run yet, and is {state}");
    }
}
