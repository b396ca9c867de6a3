//! The whole service, and what must hold after each step.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::SECOND;
use super::check::{Model, finding};
use super::steps::{Happens, Step};
use crate::check::{Body, Impact, Options, Outcome, Resolved, Settings};
use crate::lifecycle::{Phase, Resumed, Shutdown, Trigger};
use crate::runner::CheckState;
use crate::snapshot::Cause;
use crate::snapshot::ledger::Ledger;
use crate::snapshot::reports::Reports;
use crate::snapshot::view::Published;
use crate::{Probe, ProbeStatus};

/// The service as the definitions have it.
pub(super) struct World {
    pub(super) now: Instant,
    pub(super) models: Vec<Model>,
    pub(super) ledger: Ledger,
    /// How far a shutdown is; starting, as long as there is none.
    pub(super) phase_floor: Phase,
    pub(super) maintenance: Option<Instant>,
    pub(super) stays_ready: bool,
    pub(super) open: Vec<crate::startup::TaskId>,
    pub(super) fatal: Option<Instant>,
    pub(super) started: bool,
}

impl World {
    pub(super) fn new(checks: &[(Probe, Options)]) -> Self {
        let named = checks.iter().zip(0..);
        let resolved = named.map(|(check, number)| resolved(format!("check-{number}"), check));
        let resolved: Vec<_> = resolved.collect();
        let mut world = Self {
            now: Instant::now(),
            models: resolved.iter().map(Model::new).collect(),
            ledger: Ledger::new(&resolved),
            phase_floor: Phase::Starting,
            maintenance: None,
            stays_ready: false,
            open: Vec::new(),
            fatal: None,
            started: false,
        };
        world.latch();
        world
    }

    pub(super) fn step(&mut self, step: Step) {
        self.now += Duration::from_millis(1);
        let now = self.now;
        match step {
            Step::Run {
                check,
                how,
                planned,
            } => {
                let index = check % self.models.len();
                let planned = now + planned * SECOND;
                if self.phase() > Phase::Serving {
                    let at = self.models[index].history.len();
                    self.models[index].in_drains.insert(at);
                }
                self.models[index].history.push((now, how, planned));
                if matches!(how, Happens::AnsweredLate) {
                    self.ledger.answered_late(index);
                } else {
                    let (_, next) = self.ledger.found(index, finding(how, now), |_| planned);
                    assert_eq!(next, planned);
                }
            }
            Step::Add(check) => {
                // Before and among the names that were there.
                let number = self.models.len();
                let name = format!("check-{}-{number}", number % 3);
                let check = resolved(name, &check);
                assert_eq!(self.ledger.add(&check), number);
                self.models.push(Model::new(&check));
            }
            Step::Wait(seconds) => self.now += seconds * SECOND,
            Step::Tick => self.tick(),
            Step::Fatal => {
                self.ledger
                    .fatals
                    .report("journal".into(), "broken".to_owned(), now);
                self.fatal = Some(now);
            }
            Step::Cleared => {
                assert_eq!(
                    self.ledger.fatals.clear("journal"),
                    self.fatal.take().is_some()
                );
            }
            Step::TaskOpened => {
                let gates = !self.started;
                let task = self.ledger.tasks.open("warm".into(), gates);
                self.open.extend(gates.then_some(task));
            }
            Step::TaskDone => {
                if let Some(task) = self.open.pop() {
                    self.ledger.end_task(task, Ok(()));
                }
            }
            Step::BeginDrain => {
                self.ledger.course.begin_drain(now);
                if self.phase_floor < Phase::Draining && self.maintenance.is_none() {
                    self.maintenance = Some(now);
                }
            }
            Step::Resume => {
                let resumed = self.ledger.course.resume();
                let too_late = self.phase_floor >= Phase::Draining;
                assert_eq!(resumed == Resumed::TooLate, too_late);
                assert_eq!(resumed == Resumed::Now, self.maintenance.take().is_some());
            }
            Step::ShutDown { stays_ready } => self.shut_down(stays_ready),
            Step::Advance(to) => {
                let moves = self.phase_floor >= Phase::Draining && to > self.phase_floor;
                assert_eq!(self.ledger.course.advance(to, now), moves);
                if moves {
                    self.phase_floor = to;
                }
            }
        }
        self.latch();
    }

    /// The lame duck counts from the moment when the service was no longer ready; the deadline from now.
    pub(super) fn shut_down(&mut self, stays_ready: bool) {
        let now = self.now;
        let plan = Shutdown {
            trigger: Trigger::Requested,
            began: now,
            closing: now + 10 * SECOND,
            deadline: now + 25 * SECOND,
            closed: None,
            credit: Duration::ZERO,
            stays_ready,
        };
        let first = self.ledger.course.shut_down(plan);
        assert_eq!(first, self.phase_floor < Phase::Draining);
        if first {
            self.phase_floor = Phase::Draining;
            let drains_since = self.maintenance.take();
            let shutdown = self.ledger.course.shutdown().unwrap();
            let closing = drains_since.unwrap_or(now) + 10 * SECOND;
            assert_eq!(shutdown.closing, closing.max(now));
            assert_eq!(shutdown.deadline, now + 25 * SECOND);
            self.stays_ready = stays_ready && drains_since.is_none();
        }
    }

    pub(super) fn phase(&self) -> Phase {
        if self.phase_floor >= Phase::Draining {
            self.phase_floor
        } else if self.maintenance.is_some() {
            Phase::Draining
        } else if self.started {
            Phase::Serving
        } else {
            Phase::Starting
        }
    }

    pub(super) fn tick(&mut self) {
        self.ledger.expire(self.now);
        self.models
            .iter_mut()
            .for_each(|model| model.ticks.push(self.now));
        self.fatal = self.fatal.filter(|at| *at + 60 * SECOND > self.now);
    }

    /// Start-up is over for good once its checks are up and its tasks done.
    pub(super) fn latch(&mut self) {
        self.started |= self.open.is_empty()
            && self
                .critical(Probe::Startup)
                .all(|state| state == CheckState::Up);
    }

    pub(super) fn critical(&self, probe: Probe) -> impl Iterator<Item = CheckState> {
        let of_probe = self
            .models
            .iter()
            .filter(move |model| model.probe == probe && model.settings.impact == Impact::Critical);
        of_probe.map(|model| model.now().0)
    }

    pub(super) fn status(&self, probe: Probe) -> ProbeStatus {
        let all_up = self.critical(probe).all(|state| state == CheckState::Up);
        let up = match probe {
            Probe::Liveness => !self.critical(probe).any(|state| state == CheckState::Down),
            Probe::Readiness => self.accepts() && all_up,
            Probe::Startup => self.started,
            Probe::External if self.critical(probe).next().is_none() => return ProbeStatus::Absent,
            Probe::External => all_up,
        };
        if up {
            ProbeStatus::Up
        } else {
            ProbeStatus::Down
        }
    }

    /// Whether there is anything against traffic but the checks.
    fn accepts(&self) -> bool {
        let lame_duck = self.stays_ready && self.phase_floor == Phase::Draining;
        let phase = self.phase() == Phase::Serving || lame_duck;
        self.started && phase && self.fatal.is_none()
    }

    /// A part needs what it names, whatever probe and impact that has, and nothing else.
    fn each_part_follows_its_checks(&self, published: &Published) {
        for later in [0_u32, 31] {
            let at = self.now + later * SECOND;
            let up = |index: &usize| {
                let (state, _, stale_at) = self.models[*index].now();
                state == CheckState::Up && stale_at.is_none_or(|stale_at| stale_at > at)
            };
            for first in 0..self.models.len() {
                let checks: Vec<_> = (first..self.models.len()).collect();
                let expected = self.accepts() && checks.iter().all(up);
                assert_eq!(published.part(&checks, at).is_up(), expected);
            }
        }
    }

    pub(super) fn holds(&mut self) {
        for (index, model) in self.models.iter().enumerate() {
            let report = self.ledger.reports.get(index);
            assert_eq!((report.state, report.cause, report.stale_at), model.now());
        }
        assert_eq!(self.ledger.course.phase(), self.phase());
        assert_eq!(self.ledger.course.maintenance(), self.maintenance);
        for probe in Probe::ALL {
            assert_eq!(
                self.ledger.mark(probe).status,
                self.status(probe),
                "{probe}"
            );
        }
        let stale = self.models.iter().filter_map(|model| model.now().2);
        let fatal = self.fatal.map(|at| at + 60 * SECOND);
        let published = Published::of(&self.ledger);
        assert_eq!(published.first_deadline(), stale.chain(fatal).min());
        self.each_part_follows_its_checks(&published);
        self.all_are_listed_by_name(&published);
        self.a_reader_sees_what_a_tick_would_note();
    }

    /// A snapshot lists each check once, by name.
    fn all_are_listed_by_name(&self, published: &Published) {
        let names = published.reports().iter().map(|check| &check.name);
        let names: Vec<_> = names.collect();
        assert!(names.is_sorted());
        assert_eq!(names.len(), self.models.len());
    }

    /// A log hears of every change of state and of every new cause, once.
    pub(super) fn tells_what_is_news(&mut self, before: &Reports) {
        let mut told: Vec<_> = self.ledger.take_moves();
        told.sort_unstable_by_key(|one| one.index);
        // What has only just been added is told of as such.
        let added = self.ledger.reports.added() - before.added();
        let news = (0..self.models.len() - added).filter(|index| {
            let (old, new) = (before.get(*index), self.ledger.reports.get(*index));
            (old.state, old.cause) != (new.state, new.cause)
        });
        let told = told.iter().map(|one| (one.index, one.from));
        assert!(news.map(|index| (index, before.get(index).state)).eq(told));
    }

    /// Whoever looks at a snapshot later, with nobody having noted anything, is told the same.
    pub(super) fn a_reader_sees_what_a_tick_would_note(&self) {
        for later in [0_u32, 7, 31, 200] {
            let at = self.now + later * SECOND;
            let seen = Published::at(Arc::new(Published::of(&self.ledger)), at);
            for (index, model) in self.models.iter().enumerate() {
                let (state, cause, stale_at) = model.now();
                let stale = stale_at.is_some_and(|stale_at| stale_at <= at);
                let expected = if stale {
                    (CheckState::Down, Some(Cause::Stale))
                } else {
                    (state, cause)
                };
                let report = seen.reports().get(index);
                assert_eq!((report.state, report.cause), expected);
                if stale && model.settings.impact == Impact::Critical {
                    assert!(!seen.mark(model.probe).status_at(at).is_up());
                }
            }
        }
    }
}

fn resolved(name: String, (probe, options): &(Probe, Options)) -> Resolved {
    Resolved {
        name: name.into(),
        probe: *probe,
        settings: Settings::resolve(options, *probe).unwrap(),
        body: Body::Sync(Arc::new(|| Outcome::Pass)),
    }
}
