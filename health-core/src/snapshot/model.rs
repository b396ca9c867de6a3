//! The ledger against a model that keeps no counts: it looks at the whole history each time.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use tokio::time::Instant;

use crate::check::{Body, Impact, Options, Outcome, Resolved, Settings};
use crate::lifecycle::{Phase, Resumed, Shutdown, Trigger};
use crate::runner::CheckState;
use crate::snapshot::ledger::Ledger;
use crate::snapshot::reports::Reports;
use crate::snapshot::view::Published;
use crate::snapshot::{Cause, Finding};
use crate::{Probe, ProbeStatus};

const SECOND: Duration = Duration::from_secs(1);

/// What can happen to one check.
#[derive(Clone, Copy, Debug)]
enum Happens {
    Passed,
    Failed(Cause),
    FailedInLag(Cause),
    Cancelled,
    AnsweredLate,
}

/// What can happen at all.
#[derive(Clone, Copy, Debug)]
enum Step {
    Run {
        check: usize,
        how: Happens,
        planned: u32,
    },
    Wait(u32),
    Tick,
    Fatal,
    Cleared,
    TaskOpened,
    TaskDone,
    BeginDrain,
    Resume,
    ShutDown {
        stays_ready: bool,
    },
    Advance(Phase),
}

fn happens() -> impl Strategy<Value = Happens> {
    let failure = prop_oneof![Just(Cause::Failed), Just(Cause::TimedOut)];
    prop_oneof![
        4 => Just(Happens::Passed),
        3 => failure.clone().prop_map(Happens::Failed),
        1 => Just(Happens::Failed(Cause::Panicked)),
        3 => failure.prop_map(Happens::FailedInLag),
        1 => Just(Happens::Cancelled),
        1 => Just(Happens::AnsweredLate),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let run = (0_usize..4, happens(), 0_u32..40);
    prop_oneof![
        20 => run.prop_map(|(check, how, planned)| Step::Run { check, how, planned }),
        6 => (1_u32..30).prop_map(Step::Wait),
        4 => Just(Step::Tick),
        1 => Just(Step::Fatal),
        1 => Just(Step::Cleared),
        1 => Just(Step::TaskOpened),
        1 => Just(Step::TaskDone),
        2 => Just(Step::BeginDrain),
        2 => Just(Step::Resume),
        1 => any::<bool>().prop_map(|stays_ready| Step::ShutDown { stays_ready }),
        1 => prop_oneof![Just(Phase::Closing), Just(Phase::Closed)].prop_map(Step::Advance),
    ]
}

prop_compose! {
    fn a_check()(
        probe in proptest::sample::select(&Probe::ALL[..]),
        impact in proptest::sample::select(vec![Impact::Critical, Impact::Critical, Impact::Degrades, Impact::Observe]),
        fail_after in 1_u32..4,
        pass_after in 1_u32..4,
        stale_after in 5_u32..60,
    ) -> (Probe, Options) {
        let expires = matches!(probe, Probe::Readiness | Probe::External);
        let degrades = impact == Impact::Degrades && probe != Probe::Readiness;
        let options = Options {
            fail_after: Some(fail_after),
            pass_after: Some(pass_after),
            stale_after: expires.then_some(stale_after * SECOND),
            impact: Some(if degrades { Impact::Observe } else { impact }),
            ..Options::NONE
        };
        (probe, options)
    }
}

/// One check as the definitions have it.
struct Model {
    probe: Probe,
    settings: Settings,
    history: Vec<(Instant, Happens, Instant)>,
    /// When ticks came.
    ticks: Vec<Instant>,
}

impl Model {
    /// Its state, the cause, and when what is up goes stale.
    fn now(&self) -> (CheckState, Option<Cause>, Option<Instant>) {
        let mut moments: Vec<(Instant, Option<usize>)> = (0..self.history.len())
            .map(|at| (self.history[at].0, Some(at)))
            .collect();
        moments.extend(self.ticks.iter().map(|tick| (*tick, None)));
        // Time never stands still between two of them.
        moments.sort_by_key(|(at, _)| *at);
        let (mut streak, mut state) = (Vec::<bool>::new(), CheckState::Pending);
        let (mut cause, mut stale_at) = (Some(Cause::NeverRun), None::<Instant>);
        for (at, what) in moments {
            let Some(index) = what else {
                if stale_at.is_some_and(|stale_at| stale_at <= at) {
                    (state, cause, stale_at) = (CheckState::Down, Some(Cause::Stale), None);
                    // What passed before is forgotten, what failed is not.
                    streak.retain(|passed| !passed);
                }
                continue;
            };
            let (_, how, planned) = self.history[index];
            let evidence = match how {
                Happens::Passed => Some((true, None)),
                Happens::Failed(why) => Some((false, Some(why))),
                Happens::FailedInLag(why)
                    if self.lags_before(index) >= 2 * self.settings.fail_after as usize =>
                {
                    Some((false, Some(why)))
                }
                Happens::FailedInLag(_) => {
                    cause = Some(Cause::Inconclusive);
                    None
                }
                Happens::Cancelled => {
                    cause = Some(Cause::Cancelled);
                    None
                }
                Happens::AnsweredLate => {
                    cause = Some(Cause::Late);
                    None
                }
            };
            if let Some((passed, why)) = evidence {
                cause = why;
                streak.push(passed);
                let same = streak
                    .iter()
                    .rev()
                    .take_while(|other| **other == passed)
                    .count();
                if passed && same >= self.settings.pass_after as usize {
                    state = CheckState::Up;
                } else if !passed && same >= self.settings.fail_after as usize {
                    state = CheckState::Down;
                }
                stale_at = Some(planned + self.settings.stale_after);
            }
            let expires = matches!(self.probe, Probe::Readiness | Probe::External);
            stale_at = stale_at.filter(|_| expires && state == CheckState::Up);
        }
        (state, cause, stale_at)
    }

    /// How many runs in a row before this one failed in lag. A late answer is no run.
    fn lags_before(&self, index: usize) -> usize {
        let runs = self.history[..index]
            .iter()
            .rev()
            .filter(|(_, how, _)| !matches!(how, Happens::AnsweredLate));
        runs.take_while(|(_, how, _)| matches!(how, Happens::FailedInLag(_)))
            .count()
    }
}

fn finding(how: Happens, began: Instant) -> Finding {
    let (outcome, cause, lagged) = match how {
        Happens::Passed | Happens::AnsweredLate => (Outcome::Pass, None, false),
        Happens::Failed(cause) => (Outcome::fail("failed"), Some(cause), false),
        Happens::FailedInLag(cause) => (Outcome::fail("failed"), Some(cause), true),
        Happens::Cancelled => (Outcome::fail("cancelled"), Some(Cause::Cancelled), false),
    };
    Finding {
        outcome,
        cause,
        lagged,
        began,
        took: Duration::ZERO,
    }
}

/// The service as the definitions have it.
struct World {
    now: Instant,
    models: Vec<Model>,
    ledger: Ledger,
    /// How far a shutdown is; starting, as long as there is none.
    phase_floor: Phase,
    maintenance: Option<Instant>,
    stays_ready: bool,
    open: Vec<crate::startup::TaskId>,
    fatal: Option<Instant>,
    started: bool,
}

impl World {
    fn new(checks: &[(Probe, Options)]) -> Self {
        let resolved = checks
            .iter()
            .zip(0..)
            .map(|((probe, options), number)| Resolved {
                name: format!("check-{number}").into(),
                probe: *probe,
                settings: Settings::resolve(options, *probe).unwrap(),
                body: Body::Sync(Arc::new(|| Outcome::Pass)),
            });
        let resolved: Vec<_> = resolved.collect();
        let model = |check: &Resolved| Model {
            probe: check.probe,
            settings: check.settings,
            history: Vec::new(),
            ticks: Vec::new(),
        };
        let mut world = Self {
            now: Instant::now(),
            models: resolved.iter().map(model).collect(),
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

    fn step(&mut self, step: Step) {
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
                self.models[index].history.push((now, how, planned));
                if matches!(how, Happens::AnsweredLate) {
                    self.ledger.answered_late(index);
                } else {
                    let (_, next) = self.ledger.found(index, finding(how, now), |_| planned);
                    assert_eq!(next, planned);
                }
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
    fn shut_down(&mut self, stays_ready: bool) {
        let now = self.now;
        let plan = Shutdown {
            trigger: Trigger::Requested,
            began: now,
            closing: now + 10 * SECOND,
            deadline: now + 25 * SECOND,
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

    fn phase(&self) -> Phase {
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

    fn tick(&mut self) {
        self.ledger.expire(self.now);
        self.models
            .iter_mut()
            .for_each(|model| model.ticks.push(self.now));
        self.fatal = self.fatal.filter(|at| *at + 60 * SECOND > self.now);
    }

    /// Start-up is over for good once its checks are up and its tasks done.
    fn latch(&mut self) {
        self.started |= self.open.is_empty()
            && self
                .critical(Probe::Startup)
                .all(|state| state == CheckState::Up);
    }

    fn critical(&self, probe: Probe) -> impl Iterator<Item = CheckState> {
        let of_probe = self
            .models
            .iter()
            .filter(move |model| model.probe == probe && model.settings.impact == Impact::Critical);
        of_probe.map(|model| model.now().0)
    }

    fn status(&self, probe: Probe) -> ProbeStatus {
        let all_up = self.critical(probe).all(|state| state == CheckState::Up);
        let up = match probe {
            Probe::Liveness => !self.critical(probe).any(|state| state == CheckState::Down),
            Probe::Readiness => {
                let lame_duck = self.stays_ready && self.phase_floor == Phase::Draining;
                let accepts = self.started && (self.phase() == Phase::Serving || lame_duck);
                accepts && all_up && self.fatal.is_none()
            }
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

    fn holds(&mut self) {
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
        assert_eq!(self.ledger.first_deadline(), stale.chain(fatal).min());
        self.a_reader_sees_what_a_tick_would_note();
    }

    /// A log hears of every change of state and of every new cause, once.
    fn tells_what_is_news(&mut self, before: &Reports) {
        let mut told: Vec<_> = self.ledger.take_moves();
        told.sort_unstable_by_key(|one| one.index);
        let news = (0..self.models.len()).filter(|index| {
            let (old, new) = (before.get(*index), self.ledger.reports.get(*index));
            (old.state, old.cause) != (new.state, new.cause)
        });
        let told = told.iter().map(|one| (one.index, one.from));
        assert!(news.map(|index| (index, before.get(index).state)).eq(told));
    }

    /// Whoever looks at a snapshot later, with nobody having noted anything, is told the same.
    fn a_reader_sees_what_a_tick_would_note(&self) {
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

proptest! {
    #[test]
    fn whatever_happens_the_ledger_says_what_the_definitions_say(
        checks in proptest::collection::vec(a_check(), 1..5),
        steps in proptest::collection::vec(step(), 0..60),
    ) {
        let mut world = World::new(&checks);
        world.holds();
        for step in steps {
            let before = world.ledger.reports.clone();
            world.step(step);
            world.holds();
            world.tells_what_is_news(&before);
        }
    }
}
