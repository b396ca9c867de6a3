use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::futures::Notified;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use crate::Probe;
use crate::check::{Impact, Place, Resolved};
use crate::error::{MOST_ADDED, Problem};
use crate::lifecycle::{Phase, Resumed, Shutdown};
use crate::runner::CheckState;
use crate::snapshot::events::{Event, Outbox};
use crate::snapshot::ledger::Ledger;
use crate::snapshot::parts::Parts;
use crate::snapshot::view::Published;
use crate::snapshot::{Finding, StatusBoard, VitalSigns};
use crate::startup::TaskId;
use crate::verdict::{Evidence, Verdict};
use crate::watchdog::Fault;

/// Where signals arrive and snapshots leave.
///
/// 1. Every change is made, assessed and published under one lock; readers never take it.
/// 2. The board is written before the snapshot is sent, so whoever was woken by the snapshot reads a board at least as new.
/// 3. Who follows statuses is woken after the lock was released, and finds them published.
/// 4. Events are emitted after the lock was released, since a subscriber may call back into the hub; and in the order of the
///    changes, whoever made them.
#[derive(Debug)]
pub(crate) struct Hub {
    ledger: Mutex<Ledger>,
    board: StatusBoard,
    published: watch::Sender<Arc<Published>>,
    parts: Arc<Parts>,
    vitals: VitalSigns,
    outbox: Outbox,
    /// Shared by all checks that are asleep: a handle for each would cost ten thousand of them more.
    doubts: Notify,
    /// The same for those that a test lets go.
    #[cfg(feature = "test")]
    releases: Notify,
}

#[cfg(feature = "test")]
mod forced;
#[cfg(feature = "heartbeat")]
mod hearts;

/// What follows from a finding for the one who made it.
pub(crate) struct Consequence {
    pub(crate) state: CheckState,
    pub(crate) next: Instant,
}

impl Hub {
    /// How often the figures of a verdict that stays are renewed.
    const RENEWED: Duration = Duration::from_secs(5);

    pub(crate) fn new(checks: &[Resolved], board: StatusBoard) -> Self {
        let ledger = Ledger::new(checks);
        let published = Published::of(&ledger);
        for probe in Probe::ALL {
            board.write(probe, published.mark(probe));
        }
        Self {
            ledger: Mutex::new(ledger),
            board,
            published: watch::Sender::new(Arc::new(published)),
            parts: Arc::new(Parts::new()),
            vitals: VitalSigns::default(),
            outbox: Outbox::default(),
            doubts: Notify::new(),
            #[cfg(feature = "test")]
            releases: Notify::new(),
        }
    }

    /// Brings forward the next run of every readiness and external check that is asleep: what they last said is in doubt. Not of one
    /// that has been brought forward since its last regular run, nor of one that has not run yet. Runs never overlap for it.
    pub(crate) fn look_again(&self) {
        self.doubts.notify_waiters();
    }

    /// Resolves when somebody wants to [look again](Self::look_again).
    pub(crate) fn doubted(&self) -> Notified<'_> {
        self.doubts.notified()
    }

    /// Why a check can't be added, as of now.
    pub(crate) fn may_add(&self, check: &Resolved, place: Place) -> Result<(), Problem> {
        may_add(&self.lock(), check, place)
    }

    /// Adds a check to those that run, and gives its index, and what `accept` gave when nothing else was against it; or says why not, and
    /// then nothing has happened.
    pub(crate) fn add<R>(
        &self,
        check: &Resolved,
        place: Place,
        accept: impl FnOnce() -> Result<R, Problem>,
    ) -> Result<(usize, R), Problem> {
        let mut ledger = self.lock();
        may_add(&ledger, check, place)?;
        let accepted = accept()?;
        let index = ledger.add(check);
        let check = Arc::clone(ledger.reports.get(index));
        self.outbox.put(Event::Added { check });
        self.publish(ledger);
        self.outbox.emit();
        Ok((index, accepted))
    }

    /// A run has ended. Gives the check's state and when to run it next.
    pub(crate) fn found(
        &self,
        index: usize,
        finding: Finding,
        next: impl FnOnce(u32) -> Instant,
    ) -> Consequence {
        self.change(|ledger| {
            let (state, next) = ledger.found(index, finding, next);
            Consequence { state, next }
        })
    }

    /// A run that had been given up was answered after all.
    pub(crate) fn answered_late(&self, index: usize) {
        self.change(|ledger| ledger.answered_late(index));
    }

    /// A run has held its thread for that long without a break.
    pub(crate) fn blocks(&self, index: usize, held: Duration) {
        let check = Arc::clone(self.published().reports().get(index));
        self.outbox.put(Event::Blocks { check, held });
        self.outbox.emit();
    }

    /// Time has passed: what is too old is taken back. Waits for no lock unless there is something to take back. Says nothing by
    /// itself: see [`tell`](Self::tell).
    pub(crate) fn tick(&self, now: Instant) {
        #[cfg(feature = "heartbeat")]
        self.follow_hearts();
        if self.published().is_due(now) {
            self.note(|ledger| ledger.expire(now));
        }
    }

    /// Says what has been put into the log, here.
    pub(crate) fn emit(&self) {
        self.outbox.emit();
    }

    /// Declares a piece of start-up work. It counts unless a probe was already told that start-up is over.
    pub(crate) fn startup_task(&self, name: Cow<'static, str>) -> TaskId {
        self.change(|ledger| {
            let gates = !ledger.course.has_started() || self.board.restart();
            if gates {
                ledger.course.set_started(false);
            } else {
                let name = name.clone();
                self.outbox.put(Event::LateTask { name });
            }
            ledger.tasks.open(name, gates)
        })
    }

    pub(crate) fn startup_ended(&self, task: TaskId, result: Result<(), String>) {
        self.change(|ledger| {
            if let Some(report) = ledger.end_task(task, result) {
                self.outbox.put(Event::Task(report));
            }
        });
    }

    /// What start-up waits for, by name; `None` if it is over, or nobody waits for it any more.
    pub(crate) fn starting(&self) -> Option<Vec<String>> {
        let ledger = self.lock();
        let over = ledger.course.has_started() || ledger.course.shutdown().is_some();
        (!over).then(|| ledger.waited_for())
    }

    /// Told only where it is news: a subscriber that reports every error as fatal would hear of its own report for ever.
    pub(crate) fn report_fatal(&self, name: Cow<'static, str>, reason: String) {
        self.change(|ledger| {
            if ledger
                .fatals
                .report(name.clone(), reason.clone(), Instant::now())
            {
                self.outbox.put(Event::Fatal { name, reason });
            }
        });
    }

    pub(crate) fn clear_fatal(&self, name: &str) {
        self.change(|ledger| {
            if ledger.fatals.clear(name) {
                let name = name.to_owned();
                self.outbox.put(Event::Cleared { name });
            }
        });
    }

    /// What the watchdog finds now. Says nothing by itself: see [`tell`](Self::tell).
    pub(crate) fn accuse(&self, faults: Vec<Fault>) {
        if *self.published().faults() == *faults {
            return;
        }
        self.note(|ledger| {
            let before = std::mem::replace(&mut ledger.faults, faults.into());
            let new = |fault: &&Fault, others: &[Fault]| !others.contains(fault);
            for fault in ledger.faults.iter().filter(|fault| new(fault, &before)) {
                self.outbox.put(Event::Fault(fault.clone()));
            }
            for fault in before.iter().filter(|fault| new(fault, &ledger.faults)) {
                self.outbox.put(Event::FaultOver(fault.clone()));
            }
        });
    }

    /// What the classifier makes of all signals now. Says nothing by itself: see [`tell`](Self::tell).
    pub(crate) fn judge(&self, verdict: Verdict, evidence: Vec<Evidence>) {
        let published = self.published();
        let before = published.verdict();
        let rules = |evidence: &[Evidence]| evidence.iter().map(Evidence::rule).collect::<Vec<_>>();
        let same = before.verdict == verdict && rules(&before.evidence) == rules(&evidence);
        let now = Instant::now();
        // Figures change all the time: nobody is woken for each.
        let fresh = now.saturating_duration_since(before.renewed) < Self::RENEWED;
        if same && (fresh || evidence.is_empty()) {
            return;
        }
        self.note(|ledger| {
            let report = &mut ledger.verdict;
            report.evidence = evidence.into();
            report.renewed = now;
            if report.verdict != verdict {
                let from = std::mem::replace(&mut report.verdict, verdict);
                report.since = now;
                let report = report.clone();
                self.outbox.put(Event::Verdict { from, report });
            }
        });
    }

    /// Puts something into the log. Says nothing by itself: see [`tell`](Self::tell).
    pub(crate) fn put(&self, event: Event) {
        self.outbox.put(event);
    }

    /// Says what has been put into the log, on a thread of its own: a log that stands still must not stop the watchdog.
    pub(crate) fn tell(self: &Arc<Self>) {
        if self.outbox.has_something_to_emit() {
            let hub = Arc::clone(self);
            let emit = move || hub.outbox.emit();
            let name = "health-log".to_owned();
            // Where there is no thread left, whoever changes something next tells it all.
            let _started = std::thread::Builder::new().name(name).spawn(emit);
        }
    }

    pub(crate) fn parts(&self) -> &Arc<Parts> {
        &self.parts
    }

    pub(crate) fn vitals(&self) -> &VitalSigns {
        &self.vitals
    }

    /// Moves the lifecycle on. It never goes back: `false` if it was already there or further.
    pub(crate) fn advance(&self, to: Phase) -> bool {
        let advance = |ledger: &mut Ledger| ledger.course.advance(to, Instant::now());
        self.published().phase() < to && self.change(advance)
    }

    /// Begins the shutdown; `false` if one had begun before, which then stays as it is.
    pub(crate) fn shut_down(&self, plan: Shutdown) -> bool {
        let shut_down = |ledger: &mut Ledger| {
            let begun = ledger.course.shut_down(plan);
            if begun {
                self.sum_up(ledger);
            }
            begun
        };
        self.published().shutdown().is_none() && self.change(shut_down)
    }

    /// Says of the checks that are only observed what they would have done: who reads it decides whether they may count. Of so many that
    /// somebody reads it: those that would have been down for longest.
    fn sum_up(&self, ledger: &Ledger) {
        const MOST: usize = 20;
        let reports = ledger.reports.shared();
        let mut observed: Vec<_> = reports
            .filter(|check| check.impact == Impact::Observe)
            .collect();
        observed.sort_by_key(|check| std::cmp::Reverse(check.outages.total()));
        for check in observed.iter().take(MOST) {
            let check = Arc::clone(check);
            self.outbox.put(Event::Observed { check });
        }
    }

    /// Begins maintenance, unless it or a shutdown has begun.
    pub(crate) fn begin_drain(&self) {
        let published = self.published();
        if published.shutdown().is_none() && published.maintenance().is_none() {
            self.change(|ledger| ledger.course.begin_drain(Instant::now()));
        }
    }

    /// Takes maintenance back, unless a shutdown has begun.
    pub(crate) fn resume(&self) {
        let published = self.published();
        if published.shutdown().is_some() || published.maintenance().is_some() {
            self.change(|ledger| {
                if ledger.course.resume() == Resumed::TooLate {
                    self.outbox.put(Event::TooLateToResume);
                }
            });
        }
    }

    pub(crate) fn published(&self) -> Arc<Published> {
        Arc::clone(&self.published.borrow())
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<Arc<Published>> {
        self.published.subscribe()
    }

    fn change<R>(&self, change: impl FnOnce(&mut Ledger) -> R) -> R {
        let result = self.note(change);
        self.outbox.emit();
        result
    }

    /// A change of which nobody is told yet.
    fn note<R>(&self, change: impl FnOnce(&mut Ledger) -> R) -> R {
        let mut ledger = self.lock();
        let result = change(&mut ledger);
        self.publish(ledger);
        result
    }

    fn publish(&self, mut ledger: MutexGuard<'_, Ledger>) {
        let before = self.published();
        ledger.account_for_observed(Instant::now());
        let after = Arc::new(Published::of(&ledger));
        for probe in Probe::ALL {
            self.board.write(probe, after.mark(probe));
        }
        let moves = ledger.take_moves();
        self.published.send_replace(Arc::clone(&after));
        let same = after.same_course(&before);
        // Who looked since it went stale was told so, whether or not anybody has taken it back.
        let stale = before.is_due(Instant::now());
        let parts = (stale || !same || !moves.is_empty()) && self.parts.reassess(&after);
        let follow = stale || parts || !same || before.statuses() != after.statuses();
        if let Some(event) = Event::transition(before, after, moves) {
            self.outbox.put(event);
        }
        drop(ledger);
        if follow {
            self.parts.changes().send_replace(());
        }
    }

    /// A panic under the lock (there is none known) must not take the probes with it.
    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn may_add(ledger: &Ledger, check: &Resolved, place: Place) -> Result<(), Problem> {
    let name = || check.name.clone().into_owned();
    if ledger.reports.position(&check.name).is_some() {
        let name = name();
        return Err(Problem::NameTaken { name, place });
    }
    if ledger.reports.added() >= MOST_ADDED {
        let check = name();
        return Err(Problem::TooManyAdded { check, place });
    }
    Ok(())
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.parts.end();
    }
}
