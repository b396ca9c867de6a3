use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::fatal::{FatalReport, Fatals};
use crate::lifecycle::{Phase, Shutdown};
use crate::probers::{Advice, ProbeAnswers, ProberReport, Probers};
use crate::pulse::PulseReport;
use crate::snapshot::assess::{Facts, Tally, assess_part};
use crate::snapshot::board::Mark;
use crate::snapshot::ledger::Ledger;
use crate::snapshot::reports::Reports;
use crate::snapshot::vitals::{VitalSigns, Vitals};
use crate::snapshot::{CheckReport, StatusBoard};
use crate::startup::{StartupReport, Tasks};
use crate::traffic::{Connections, InFlight};
use crate::verdict::{TrafficReport, VerdictReport};
use crate::watchdog::{Fault, RuntimeReport};
use crate::{Probe, ProbeStatus};

/// The state of the service at one moment, immutable. Cheap to clone.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use health_core::{Check, Health, Probe};
///
/// let cache = Check::readiness("cache", || async { Err::<(), _>("connection refused") }).fail_after(1);
/// let health = Health::builder().check(cache).start()?;
///
/// let mut changes = health.subscribe();
/// let mut snapshot = health.snapshot();
/// while snapshot.check("cache").unwrap().outcome().is_none() {
///     snapshot = changes.changed().await.expect("there is a `Health`");
/// }
/// assert!(!snapshot.status(Probe::Readiness).is_up());
/// assert!(snapshot.status(Probe::Liveness).is_up());
/// assert_eq!(snapshot.check("cache").unwrap().outcome().unwrap().reason(), Some("connection refused"));
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Snapshot {
    published: Arc<Published>,
    vitals: Vitals,
    statuses: [ProbeStatus; 4],
    in_flight: usize,
    connections: usize,
    answers: [ProbeAnswers; 4],
    board: StatusBoard,
}

impl Snapshot {
    pub(crate) fn new(
        published: Arc<Published>,
        vitals: Vitals,
        in_flight: usize,
        connections: usize,
        answers: [ProbeAnswers; 4],
        board: StatusBoard,
    ) -> Self {
        let now = Instant::now();
        let published = Published::at(published, now);
        let statuses = Probe::ALL.map(|probe| published.mark(probe).status_at(now));
        Self {
            published,
            vitals,
            statuses,
            in_flight,
            connections,
            answers,
            board,
        }
    }

    /// Where the service is between start and end.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.published.phase
    }

    /// The shutdown that has begun, if one has.
    #[must_use]
    pub fn shutdown(&self) -> Option<Shutdown> {
        self.published.shutdown
    }

    /// For how long there has been [maintenance](crate::Health::begin_drain); `None` where there is none. A shutdown ends it.
    #[must_use]
    pub fn maintenance(&self) -> Option<Duration> {
        let since = self.published.maintenance;
        since.map(|since| since.elapsed())
    }

    /// The answer to a probe.
    ///
    /// Whoever hears that start-up is over hears so for good, be it from here: a task that is declared later is too late. Where one
    /// was declared between the snapshot and the question, start-up is not over.
    #[must_use]
    pub fn status(&self, probe: Probe) -> ProbeStatus {
        let status = self.statuses[probe.index()];
        if probe == Probe::Startup && status.is_up() {
            return self.board.status(probe);
        }
        status
    }

    /// The same, for whoever only looks on: nobody was told that start-up is over, and a task may still be declared.
    #[cfg(feature = "metrics")]
    pub(crate) fn observed(&self, probe: Probe) -> ProbeStatus {
        self.statuses[probe.index()]
    }

    /// All checks, sorted by name.
    pub fn checks(&self) -> impl Iterator<Item = &CheckReport> {
        self.published.reports.iter()
    }

    /// The start-up tasks that were declared, in that order.
    pub fn startup_tasks(&self) -> impl Iterator<Item = &StartupReport> {
        self.published.tasks.iter()
    }

    /// The fatal errors that keep readiness down.
    pub fn fatal_errors(&self) -> impl Iterator<Item = &FatalReport> {
        self.published.fatals.iter()
    }

    /// What the watchdog found, and for which liveness is down.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.published.faults.iter()
    }

    /// How the service is, from all signals together.
    #[must_use]
    pub fn verdict(&self) -> &VerdictReport {
        &self.published.verdict
    }

    /// The traffic of the last ten seconds, up to a second old: that of the whole service first, then that of each
    /// [group](crate::RouteGroup). Empty for the first second.
    pub fn traffic(&self) -> impl Iterator<Item = &TrafficReport> {
        self.vitals.traffic.iter()
    }

    /// The runtimes that are watched. Empty for the first moments, and where there is no watchdog.
    pub fn runtimes(&self) -> impl Iterator<Item = &RuntimeReport> {
        self.vitals.runtimes.iter()
    }

    /// The pulses that were declared and have not finished, in that order. Empty where there is no watchdog.
    pub fn pulses(&self) -> impl Iterator<Item = &PulseReport> {
        self.vitals.pulses.iter()
    }

    /// How often that probe was answered since the start, over HTTP and gRPC alike, until the snapshot was taken.
    #[must_use]
    pub fn answers(&self, probe: Probe) -> ProbeAnswers {
        self.answers[probe.index()]
    }

    /// Who asks, up to a second old, in the order in which they were first seen: sixteen for each probe, at most. Who asked once, or was
    /// long silent, makes room for others.
    pub fn probers(&self) -> impl Iterator<Item = &ProberReport> {
        self.vitals.asked.probers.iter()
    }

    /// How many questions came from those for whom there was no room among the [`probers`](Self::probers).
    #[must_use]
    pub fn unlisted_questions(&self) -> u64 {
        self.vitals.asked.unlisted
    }

    /// What is odd about how this service is asked, and what to do about it, up to a second old.
    pub fn advice(&self) -> impl Iterator<Item = &Advice> {
        self.vitals.asked.advice.iter()
    }

    /// Where the [heartbeats](crate::Heartbeat) stand, in the order in which they were started; eight at most.
    #[cfg(feature = "heartbeat")]
    #[cfg_attr(docsrs, doc(cfg(feature = "heartbeat")))]
    pub fn heartbeats(&self) -> impl Iterator<Item = &crate::HeartbeatReport> {
        self.vitals.heartbeats.iter()
    }

    /// The check of that name.
    #[must_use]
    pub fn check(&self, name: &str) -> Option<&CheckReport> {
        self.checks().find(|check| check.name() == name)
    }

    /// Requests in flight when the snapshot was taken: from their arrival to the end of their response bodies, without probes.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Connections that were open when the snapshot was taken, upgraded ones too: those of a `TrackedListener`.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut all = f.debug_struct("Snapshot");
        all.field("phase", &self.phase());
        for probe in Probe::ALL {
            // Not `status`: a line for debugging must not make tasks come too late.
            all.field(probe.name(), &self.statuses[probe.index()]);
        }
        all.field("verdict", &self.verdict().verdict())
            .field("in_flight", &self.in_flight)
            .field("connections", &self.connections)
            .field("checks", &self.checks().collect::<Vec<_>>())
            .finish()
    }
}

/// Follows the snapshots, from [`Health::subscribe`](crate::Health::subscribe). A slow reader gets the latest, not a backlog.
#[derive(Clone, Debug)]
pub struct Subscription {
    pub(crate) published: watch::Receiver<Arc<Published>>,
    pub(crate) vitals: VitalSigns,
    pub(crate) in_flight: InFlight,
    pub(crate) connections: Connections,
    pub(crate) probers: Probers,
    pub(crate) board: StatusBoard,
}

impl Subscription {
    /// The snapshot that holds now; doesn't count as seen.
    #[must_use]
    pub fn current(&self) -> Snapshot {
        let published = Arc::clone(&self.published.borrow());
        self.snapshot(published)
    }

    /// The snapshot that holds now; counts as seen.
    pub fn latest(&mut self) -> Snapshot {
        let published = Arc::clone(&self.published.borrow_and_update());
        self.snapshot(published)
    }

    fn snapshot(&self, published: Arc<Published>) -> Snapshot {
        let in_flight = self.in_flight.count();
        let connections = self.connections.count();
        Snapshot::new(
            published,
            self.vitals.now(),
            in_flight,
            connections,
            self.probers.answers(),
            self.board,
        )
    }

    /// Waits until there is a snapshot that was not seen yet; `None` once there is no [`Health`](crate::Health) any more.
    ///
    /// Cancel safe: a snapshot that was not returned was not seen.
    pub async fn changed(&mut self) -> Option<Snapshot> {
        self.published.changed().await.ok()?;
        Some(self.latest())
    }
}

/// What the hub publishes: everything in a snapshot that doesn't depend on when it is looked at.
#[derive(Debug)]
pub(crate) struct Published {
    phase: Phase,
    shutdown: Option<Shutdown>,
    maintenance: Option<Instant>,
    tasks: Tasks,
    fatals: Fatals,
    faults: Arc<[Fault]>,
    verdict: VerdictReport,
    facts: Facts,
    marks: [Mark; 4],
    reports: Reports,
    first_stale: Option<Instant>,
}

impl Published {
    pub(crate) fn of(ledger: &Ledger) -> Self {
        Self {
            phase: ledger.course.phase(),
            shutdown: ledger.course.shutdown(),
            maintenance: ledger.course.maintenance(),
            tasks: ledger.tasks.clone(),
            fatals: ledger.fatals.clone(),
            faults: Arc::clone(&ledger.faults),
            verdict: ledger.verdict.clone(),
            facts: ledger.facts(),
            marks: Probe::ALL.map(|probe| ledger.mark(probe)),
            reports: ledger.reports.clone(),
            first_stale: ledger.first_stale().map(|(at, _)| at),
        }
    }

    /// As it is at that time. Where the runtime of the checks stands still, nobody takes results back: the reader sees it.
    pub(crate) fn at(published: Arc<Self>, now: Instant) -> Arc<Self> {
        if published.first_stale.is_none_or(|at| at > now) {
            return published;
        }
        Arc::new(Self {
            reports: published.reports.at(now),
            tasks: published.tasks.clone(),
            fatals: published.fatals.clone(),
            faults: Arc::clone(&published.faults),
            verdict: published.verdict.clone(),
            ..*published
        })
    }

    #[cfg(feature = "heartbeat")]
    pub(crate) fn is_outside(&self) -> bool {
        self.facts.outside
    }

    /// Whether time alone has changed something by then.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.first_deadline().is_some_and(|at| at <= now)
    }

    /// When it changes something next: a result goes stale, or a fatal error has been long enough ago.
    pub(crate) fn first_deadline(&self) -> Option<Instant> {
        let ends = self.first_stale.into_iter();
        ends.chain(self.fatals.first_end()).min()
    }

    pub(crate) fn phase(&self) -> Phase {
        self.phase
    }

    pub(crate) fn shutdown(&self) -> Option<Shutdown> {
        self.shutdown
    }

    pub(crate) fn maintenance(&self) -> Option<Instant> {
        self.maintenance
    }

    pub(crate) fn mark(&self, probe: Probe) -> Mark {
        self.marks[probe.index()]
    }

    /// What the probes say, as long as nothing goes stale.
    pub(crate) fn statuses(&self) -> [ProbeStatus; 4] {
        self.marks.map(|mark| mark.status)
    }

    pub(crate) fn reports(&self) -> &Reports {
        &self.reports
    }

    pub(crate) fn faults(&self) -> &[Fault] {
        &self.faults
    }

    pub(crate) fn fatals(&self) -> impl Iterator<Item = &FatalReport> {
        self.fatals.iter()
    }

    pub(crate) fn verdict(&self) -> &VerdictReport {
        &self.verdict
    }

    /// The status of a part that needs these checks, at that time.
    pub(crate) fn part(&self, checks: &[usize], now: Instant) -> ProbeStatus {
        let reports = checks.iter().map(|index| self.reports.get(*index));
        let tally = Tally::of(reports.map(|report| report.state_at(now)));
        assess_part(self.phase, self.facts, &tally)
    }

    /// Whether all but the checks, of which the status of a part depends, is as before.
    pub(crate) fn same_course(&self, before: &Self) -> bool {
        self.phase == before.phase && self.facts == before.facts
    }
}
