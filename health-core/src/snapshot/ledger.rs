use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::check::{Impact, Resolved, Settings};
use crate::fatal::Fatals;
use crate::lifecycle::{Course, Phase};
use crate::runner::{CheckState, Thresholds};
use crate::snapshot::assess::{Facts, Tally, assess};
use crate::snapshot::board::Mark;
use crate::snapshot::reports::Reports;
use crate::snapshot::{Cause, CheckReport, Finding};
use crate::startup::{StartupReport, TaskId, Tasks};
use crate::verdict::VerdictReport;
use crate::watchdog::Fault;
use crate::{Probe, ProbeStatus};

/// Everything that is known, kept so that one change costs the same with one check or ten thousand.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) course: Course,
    pub(crate) tasks: Tasks,
    pub(crate) fatals: Fatals,
    pub(crate) faults: Arc<[Fault]>,
    pub(crate) verdict: VerdictReport,
    /// A membership that the service needs does not hold.
    pub(crate) outside: bool,
    slots: Vec<Slot>,
    tallies: [Tally; 4],
    /// When the results of critical checks that are up go stale, per probe. Liveness and start-up never do.
    deadlines: [BTreeSet<(Instant, usize)>; 4],
    /// The same of checks that are not critical, which no probe depends on.
    other_deadlines: BTreeSet<(Instant, usize)>,
    pub(crate) reports: Reports,
    moves: Vec<Move>,
    /// The checks that only observe, and which probes were up when they were last looked at.
    observed: Vec<usize>,
    up: [bool; 4],
    /// What tests want of checks.
    #[cfg(feature = "test")]
    forced: forced::ForcedChecks,
}

#[cfg(feature = "test")]
mod forced;

/// A check that changed its state, or the cause for which it is in it.
#[derive(Debug)]
pub(crate) struct Move {
    pub(crate) index: usize,
    pub(crate) from: CheckState,
}

#[derive(Debug)]
struct Slot {
    thresholds: Thresholds,
    fail_after: u32,
    /// Failures during lag, in a row.
    lagged: u32,
    stale_after: Duration,
}

impl Slot {
    fn new(settings: &Settings) -> Self {
        Self {
            thresholds: Thresholds::new(settings.fail_after, settings.pass_after),
            fail_after: settings.fail_after,
            lagged: 0,
            stale_after: settings.stale_after,
        }
    }
}

impl Ledger {
    pub(crate) fn new(checks: &[Resolved]) -> Self {
        let mut ledger = Self {
            course: Course::default(),
            tasks: Tasks::default(),
            fatals: Fatals::default(),
            faults: Arc::default(),
            verdict: VerdictReport::healthy(Instant::now()),
            outside: false,
            slots: Vec::with_capacity(checks.len()),
            tallies: [Tally::default(); 4],
            deadlines: Default::default(),
            other_deadlines: BTreeSet::new(),
            reports: Reports::new(checks.iter().map(CheckReport::never_run)),
            moves: Vec::new(),
            observed: Vec::new(),
            up: [false; 4],
            #[cfg(feature = "test")]
            forced: forced::ForcedChecks::default(),
        };
        checks.iter().for_each(|check| ledger.file(check));
        ledger.start_if_done();
        ledger
    }

    /// Adds a check whose name is new, and gives its index. It has not run yet. Not one for start-up, which may be over.
    pub(crate) fn add(&mut self, check: &Resolved) -> usize {
        self.file(check);
        self.reports.add(CheckReport::never_run(check))
    }

    /// All but its report.
    fn file(&mut self, check: &Resolved) {
        if check.settings.impact == Impact::Critical {
            self.tallies[check.probe.index()].add_pending();
        }
        if check.settings.impact == Impact::Observe {
            self.observed.push(self.slots.len());
        }
        self.slots.push(Slot::new(&check.settings));
    }

    /// Takes what a run found. `next` tells when the following run is planned, from the failures in a row.
    pub(crate) fn found(
        &mut self,
        index: usize,
        finding: Finding,
        next: impl FnOnce(u32) -> Instant,
    ) -> (CheckState, Instant) {
        #[cfg(feature = "test")]
        let finding = self.forced.instead_of(index, finding);
        let slot = &mut self.slots[index];
        let mut report = CheckReport::clone(self.reports.get(index));
        let excused = finding.lagged && slot.lagged < slot.fail_after.saturating_mul(2);
        slot.lagged = if finding.lagged {
            slot.lagged.saturating_add(1)
        } else {
            0
        };
        // A service that drains refuses, and its listener closes: that is no fault of the path that a user takes elsewhere by now.
        let drains = self.course.phase() > Phase::Serving;
        let refused = drains && report.probe == Probe::External && !finding.outcome.is_success();
        let cause = if excused || refused {
            Some(Cause::Inconclusive)
        } else {
            finding.cause
        };
        let evidence = !matches!(cause, Some(Cause::Inconclusive | Cause::Cancelled));
        if evidence {
            slot.thresholds.observe(finding.outcome.is_success());
        }
        let next = next(slot.thresholds.failures());
        // What is no evidence renews nothing: the result before goes stale as if this run had not been.
        let stale_at = if evidence {
            Some(next + slot.stale_after)
        } else {
            report.stale_at
        };
        #[cfg(feature = "test")]
        let stale_at = stale_at.filter(|_| !self.forced.holds(index));
        if evidence {
            report.runs += 1;
            report.failures += u64::from(!finding.outcome.is_success());
        }
        let state = slot.thresholds.state();
        report.cause = cause;
        report.last = Some(finding);
        self.place(index, report, stale_at);
        self.start_if_done();
        (state, next)
    }

    /// Notes it; the answer itself is dropped.
    pub(crate) fn answered_late(&mut self, index: usize) {
        #[cfg(feature = "test")]
        if self.forced.holds(index) {
            return;
        }
        let mut report = CheckReport::clone(self.reports.get(index));
        report.cause = Some(Cause::Late);
        let stale_at = report.stale_at;
        self.place(index, report, stale_at);
    }

    /// Takes back what is too old by now: results, and fatal errors.
    pub(crate) fn expire(&mut self, now: Instant) {
        self.fatals.expire(now);
        while let Some((at, index)) = self.first_stale() {
            if at > now {
                break;
            }
            self.slots[index].thresholds.expire();
            let report = self.reports.get(index).gone_stale();
            self.place(index, report, None);
        }
    }

    /// The next result to go stale.
    pub(crate) fn first_stale(&self) -> Option<(Instant, usize)> {
        let all = self.deadlines.iter().chain([&self.other_deadlines]);
        all.filter_map(|of_probe| of_probe.first().copied()).min()
    }

    /// Files a report, and brings tallies and deadlines in line with it.
    fn place(&mut self, index: usize, mut report: CheckReport, stale_at: Option<Instant>) {
        let before = self.reports.get(index);
        let from = before.state;
        report.state = self.slots[index].thresholds.state();
        if report.impact != Impact::Observe {
            report.outages.note(report.state, Instant::now());
        }
        if from != report.state || before.cause != report.cause {
            self.moves.push(Move { index, from });
        }
        let probe = report.probe.index();
        let critical = report.impact == Impact::Critical;
        if critical {
            self.tallies[probe].moved(from, report.state);
        }
        let deadlines = if critical {
            &mut self.deadlines[probe]
        } else {
            &mut self.other_deadlines
        };
        if let Some(old) = before.stale_at {
            deadlines.remove(&(old, index));
        }
        let expires = matches!(report.probe, Probe::Readiness | Probe::External);
        report.stale_at = stale_at.filter(|_| expires && report.state == CheckState::Up);
        deadlines.extend(report.stale_at.map(|at| (at, index)));
        self.reports.replace(index, report);
    }

    fn start_if_done(&mut self) {
        let checks_done = self.tallies[Probe::Startup.index()].all_up();
        if checks_done && self.tasks.all_done() {
            self.course.set_started(true);
        }
    }

    /// Keeps account of what observed checks would have done, once all else is known: a probe that is down for other reasons can't be
    /// taken down. Costs nothing where neither they nor the probe have changed.
    pub(crate) fn account_for_observed(&mut self, now: Instant) {
        let up = Probe::ALL.map(|probe| self.mark(probe).status != ProbeStatus::Down);
        let turned = std::mem::replace(&mut self.up, up) != up;
        let is_observed = |index: &usize| self.reports.get(*index).impact == Impact::Observe;
        let due: Vec<_> = if turned {
            self.observed.clone()
        } else {
            let moved = self.moves.iter().map(|moved| moved.index);
            moved.filter(is_observed).collect()
        };
        for index in due {
            let report = self.reports.get(index);
            let counts = report.state == CheckState::Down && up[report.probe.index()];
            if counts != report.outages.is_under_way() {
                let mut report = CheckReport::clone(report);
                let state = if counts {
                    CheckState::Down
                } else {
                    CheckState::Up
                };
                report.outages.note(state, now);
                self.reports.replace(index, report);
            }
        }
    }

    /// The changes since this was last asked.
    pub(crate) fn take_moves(&mut self) -> Vec<Move> {
        std::mem::take(&mut self.moves)
    }

    pub(crate) fn end_task(
        &mut self,
        task: TaskId,
        result: Result<(), String>,
    ) -> Option<StartupReport> {
        let report = self.tasks.end(task, result);
        self.start_if_done();
        report
    }

    /// What start-up waits for, by name.
    pub(crate) fn waited_for(&self) -> Vec<String> {
        let waits =
            |check: &&CheckReport| check.probe == Probe::Startup && check.state != CheckState::Up;
        let checks = self
            .reports
            .iter()
            .filter(waits)
            .map(|check| format!("`{}`", check.name));
        checks
            .chain(self.tasks.waited_for().map(ToString::to_string))
            .collect()
    }

    /// The answer to a probe, and until when it holds.
    pub(crate) fn mark(&self, probe: Probe) -> Mark {
        let tally = &self.tallies[probe.index()];
        let status: ProbeStatus = assess(probe, self.course.phase(), self.facts(), tally);
        let first = self.deadlines[probe.index()].first();
        Mark {
            status,
            fresh_until: first.map(|&(at, _)| at),
        }
    }

    /// What is known besides the checks.
    pub(crate) fn facts(&self) -> Facts {
        Facts {
            started: self.course.has_started(),
            stays_ready: self.course.shutdown().is_some_and(|plan| plan.stays_ready),
            fatal: !self.fatals.is_empty(),
            faulty: !self.faults.is_empty(),
            outside: self.outside,
        }
    }
}
