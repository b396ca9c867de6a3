use std::borrow::Cow;
use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::check::{Impact, Outcome};
use crate::lifecycle::{GivenUp, Phase};
use crate::probers::Advice;
use crate::runner::CheckState;
#[cfg(feature = "heartbeat")]
use crate::snapshot::Beat;
use crate::snapshot::ledger::Move;
use crate::snapshot::view::Published;
use crate::snapshot::{Cause, CheckReport};
use crate::startup::{StartupReport, StartupState};
use crate::verdict::{Evidence, Rule, Verdict, VerdictReport};
use crate::watchdog::Fault;
use crate::{Probe, ProbeStatus};

/// Something to be told.
#[derive(Debug)]
pub(crate) enum Event {
    /// The ledger changed.
    Transition {
        before: Arc<Published>,
        after: Arc<Published>,
        moves: Vec<Move>,
    },
    /// What a check that is only observed would have done until now.
    Observed { check: Arc<CheckReport> },
    /// A check was added to those that run.
    Added { check: Arc<CheckReport> },
    /// A check holds a thread that it should not hold so long.
    Blocks {
        check: Arc<CheckReport>,
        held: Duration,
    },
    /// A fatal error was reported.
    Fatal {
        name: Cow<'static, str>,
        reason: String,
    },
    /// One was cleared.
    Cleared { name: String },
    /// A start-up task ended.
    Task(StartupReport),
    /// A start-up task comes too late to hold start-up back.
    LateTask { name: Cow<'static, str> },
    /// Somebody wants to resume, and a shutdown has begun.
    TooLateToResume,
    /// The watchdog found what a restart would cure.
    Fault(Fault),
    /// It is over.
    FaultOver(Fault),
    /// The verdict changed.
    Verdict {
        from: Verdict,
        report: VerdictReport,
    },
    /// Something is odd about how the service is asked.
    Advice(Advice),
    /// It is no longer.
    AdviceOver(Advice),
    /// A runtime has not turned for long.
    Stalled { runtime: String },
    /// It turns again.
    Turns { runtime: String },
    /// A runtime was shut down, and is no longer watched.
    RuntimeEnded { runtime: String },
    /// A pulse was dropped without `finish()`.
    Died { pulse: String },
    /// A heartbeat changed its state, or has something else to say.
    #[cfg(feature = "heartbeat")]
    Heartbeat(Beat),
    /// Something panicked while the watchdog told of a change.
    WatchPanicked,
    /// Nobody acts on the deadline of a drain.
    StandsStill(GivenUp),
    /// The file where the orchestrator wants to read why can't be written.
    NoTerminationLog { path: PathBuf, error: io::Error },
}

impl Event {
    /// `None` where nothing changed that anybody is told of.
    pub(crate) fn transition(
        before: Arc<Published>,
        after: Arc<Published>,
        moves: Vec<Move>,
    ) -> Option<Self> {
        let same = moves.is_empty()
            && before.phase() == after.phase()
            && before.shutdown().is_some() == after.shutdown().is_some()
            && before.statuses() == after.statuses();
        (!same).then_some(Self::Transition {
            before,
            after,
            moves,
        })
    }

    fn emit(&self) {
        match self {
            Self::Transition {
                before,
                after,
                moves,
            } => transition(before, after, moves),
            Self::Observed { check } => observed(check),
            Self::Added { check } => added(check),
            Self::Blocks { check, held } => blocks(check, *held),
            Self::Fatal { name, reason } => {
                tracing::error!(target: "health", fatal = &**name, reason, "fatal error `{name}`");
            }
            Self::Cleared { name } => {
                tracing::info!(target: "health", fatal = name, "fatal error `{name}` is cleared");
            }
            Self::Task(task) if matches!(task.state(), StartupState::Failed(_)) && task.gates() => {
                tracing::error!(target: "health", task = task.name(), "start-up can't succeed: {task}");
            }
            Self::Task(task) => {
                tracing::info!(target: "health", task = task.name(), "start-up task {task}");
            }
            Self::LateTask { name } => tracing::warn!(
                target: "health", task = &**name,
                "start-up task `{name}` comes too late to hold start-up back: a probe was told that it is over; declare it before \
                 the server runs"
            ),
            Self::TooLateToResume => tracing::warn!(
                target: "health",
                "resume() changes nothing: a shutdown has begun, and can't be taken back"
            ),
            Self::Fault(fault) => {
                let kind = fault.kind().name();
                tracing::error!(target: "health", fault = kind, "{fault}: liveness fails");
            }
            Self::FaultOver(fault) => {
                let kind = fault.kind().name();
                tracing::info!(target: "health", fault = kind, "no longer true: {fault}");
            }
            Self::Verdict { from, report } => verdict(*from, report),
            Self::Advice(advice) => {
                let kind = advice.kind().name();
                tracing::warn!(target: "health", advice = kind, "{advice}");
            }
            Self::AdviceOver(advice) => {
                let kind = advice.kind().name();
                tracing::info!(target: "health", advice = kind, "no longer true: {advice}");
            }
            Self::Stalled { runtime } => tracing::warn!(
                target: "health", runtime,
                "runtime `{runtime}` is stalled: none of its workers has turned for 5 s; something blocks in async code"
            ),
            Self::Turns { runtime } => {
                tracing::info!(target: "health", runtime, "runtime `{runtime}` turns again");
            }
            Self::RuntimeEnded { runtime } => {
                tracing::debug!(target: "health", runtime, "runtime `{runtime}` has ended, and is no longer watched");
            }
            Self::Died { pulse } => tracing::warn!(
                target: "health", pulse,
                "pulse `{pulse}` was dropped without `finish()`: whatever it stood for has ended; liveness fails unless another takes \
                 its place"
            ),
            #[cfg(feature = "heartbeat")]
            Self::Heartbeat(beat) => beat.emit(),
            Self::WatchPanicked => tracing::error!(
                target: "health",
                "something panicked while the watchdog told of a change, most likely a waker of `Subscription::changed()`; it watches on"
            ),
            Self::StandsStill(left) => tracing::error!(
                target: "health", remaining = left.remaining, connections = left.connections,
                "the drain's deadline has passed, and the runtime has not acted on it: something blocks in async code on all of its \
                 workers, or it has ended: {left}"
            ),
            Self::NoTerminationLog { path, error } => {
                let path = path.display();
                tracing::warn!(target: "health", %path, %error, "can't write why liveness failed to {path}");
            }
        }
    }
}

/// A log that stands still must not fill memory.
const MOST: usize = 4096;

/// Events that have not been emitted yet. One caller emits for all, so that a log shows them in their order; a subscriber that
/// changes something while it hears of a change only adds to the queue.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    queue: Mutex<VecDeque<Event>>,
    emitting: AtomicBool,
}

impl Outbox {
    /// Called under the hub's lock, which gives the order. The oldest goes where there are too many.
    pub(crate) fn put(&self, event: Event) {
        let mut queue = self.queue();
        if queue.len() == MOST {
            queue.pop_front();
        }
        queue.push_back(event);
    }

    /// Emits what is there, or leaves it to the one who is at it.
    pub(crate) fn emit(&self) {
        // AcqRel: who takes over sees the queue as it was left.
        while !self.queue().is_empty() && !self.emitting.swap(true, Ordering::AcqRel) {
            while let Some(event) = self.next() {
                // A subscriber that panics must not stop the check, or the drain, that happens to tell of a change.
                let _panicked = catch_unwind(AssertUnwindSafe(|| event.emit()));
            }
            self.emitting.store(false, Ordering::Release);
            // Around again: something may have been put between the last look and the end.
        }
    }

    pub(crate) fn has_something_to_emit(&self) -> bool {
        !self.queue().is_empty() && !self.emitting.load(Ordering::Acquire)
    }

    fn next(&self) -> Option<Event> {
        self.queue().pop_front()
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<Event>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Emits one `tracing` event for each transition, under the target `health`; nothing where nothing changed.
///
/// What went down is a warning, what came back an information; the first success of a check is for debugging, and so is a new cause
/// that leaves the state as it was.
fn transition(before: &Published, after: &Published, moves: &[Move]) {
    for Move { index, from } in moves {
        check(*from, after.reports().get(*index));
    }
    if before.phase() != after.phase() {
        let trigger = trigger(before, after);
        let (from, to) = (before.phase().name(), after.phase().name());
        tracing::info!(target: "health", phase = to, from, to, trigger, "phase is {to}");
    } else if let (None, Some(shutdown)) = (before.shutdown(), after.shutdown()) {
        let trigger = shutdown.trigger().name();
        let lame_duck = shutdown.lame_duck();
        tracing::info!(
            target: "health", trigger, ?lame_duck,
            "maintenance becomes a shutdown; its time counts as lame duck, of which {lame_duck:?} are left"
        );
    }
    for probe in Probe::ALL {
        let (from, to) = (before.mark(probe).status, after.mark(probe).status);
        if from == to {
            continue;
        }
        let up = to.is_up();
        let was_absent = from == ProbeStatus::Absent;
        let (probe, from, to) = (probe.name(), from.name(), to.name());
        // Where start-up begins again for another task, nobody was told that it was up; and what was absent has not failed.
        if up || after.phase() == Phase::Starting || was_absent {
            tracing::info!(target: "health", probe, from, to, "{probe} is {to}");
        } else {
            tracing::warn!(target: "health", probe, from, to, "{probe} is {to}");
        }
    }
}

/// What got worse is a warning, what got better an information.
fn verdict(from: Verdict, report: &VerdictReport) {
    let to = report.verdict();
    let rules = report.evidence().iter().map(Evidence::rule).map(Rule::name);
    let rules = rules.collect::<Vec<_>>().join(",");
    let (from_name, to_name) = (from.name(), to.name());
    if to > from {
        tracing::warn!(target: "health", verdict = to_name, from = from_name, to = to_name, rules, "verdict is {report}");
    } else {
        tracing::info!(target: "health", verdict = to_name, from = from_name, to = to_name, rules, "verdict is {report}");
    }
}

/// Who moved the phase, where it was not start-up.
fn trigger(before: &Published, after: &Published) -> Option<&'static str> {
    let shutdown = after.shutdown().map(|shutdown| shutdown.trigger().name());
    let maintenance = after.maintenance().map(|_| "a call of begin_drain()");
    let over = before.maintenance().map(|_| "a call of resume()");
    shutdown.or(maintenance).or(over)
}

fn check(before: CheckState, report: &CheckReport) {
    let (name, probe) = (report.name(), report.probe().name());
    let (from, to) = (before.name(), report.state().name());
    let impact = report.impact().name();
    let cause = report.cause().map(Cause::name);
    let reason = report.outcome().and_then(Outcome::reason);
    if before == report.state() {
        let says = says(report.cause());
        tracing::debug!(target: "health", check = name, probe, impact, state = to, cause, reason, "check `{name}` {says}, and stays {to}");
        return;
    }
    match (before, report.state()) {
        (_, CheckState::Down) if report.impact() == Impact::Observe => {
            tracing::info!(
                target: "health", check = name, probe, impact, from, to, cause, reason,
                "check `{name}` is down; it is only observed: were it critical, {probe} would be down"
            );
        }
        (_, CheckState::Down) => {
            tracing::warn!(target: "health", check = name, probe, impact, from, to, cause, reason, "check `{name}` is down");
        }
        (CheckState::Down, _) => {
            tracing::info!(target: "health", check = name, probe, impact, from, to, "check `{name}` is {to}");
        }
        _ => {
            tracing::debug!(target: "health", check = name, probe, impact, from, to, "check `{name}` is {to}");
        }
    }
}

/// What a check does, for a sentence.
const fn says(cause: Option<Cause>) -> &'static str {
    match cause {
        None => "passes",
        Some(Cause::Failed) => "fails",
        Some(Cause::TimedOut) => "timed out",
        Some(Cause::Hung) => "hangs",
        Some(Cause::Panicked) => "panicked",
        Some(Cause::Stale) => "is stale",
        Some(Cause::NeverRun) => "has not run yet",
        Some(Cause::Inconclusive) => "is inconclusive",
        Some(Cause::Cancelled) => "was cancelled",
        Some(Cause::Late) => "answered late",
    }
}

fn added(check: &CheckReport) {
    let (name, probe) = (check.name(), check.probe().name());
    let (impact, state) = (check.impact().name(), check.state().name());
    let cause = check.cause().map(Cause::name);
    tracing::info!(target: "health", check = name, probe, impact, state, cause, "check `{name}` ({probe}) was added, and is {state}");
}

fn observed(check: &CheckReport) {
    let (name, probe) = (check.name(), check.probe().name());
    let outages = check.outages();
    let (times, seconds) = (outages.count(), outages.total().as_secs_f64());
    tracing::info!(
        target: "health", check = name, probe, outages = times, seconds,
        "check `{name}`, which is only observed, {outages}"
    );
}

fn blocks(check: &CheckReport, held: Duration) {
    let (name, probe) = (check.name(), check.probe().name());
    let millis = held.as_millis();
    if check.probe() == Probe::Liveness {
        tracing::warn!(
            target: "health", check = name, probe, held = millis,
            "liveness check `{name}` took {millis} ms: it must answer from memory, at once; what it waits for belongs to a readiness check"
        );
    } else {
        tracing::warn!(
            target: "health", check = name, probe, held = millis,
            "check `{name}` blocked its runtime for {millis} ms, and whatever else runs there: make it a plain `fn`, or a \
             `Check::{probe}_blocking`, which runs on a thread of its own; or move what blocks into `tokio::task::spawn_blocking`"
        );
    }
}
