use std::time::Duration;

use tokio::time::Instant;

use crate::Probe;
use crate::check::Impact;
use crate::lifecycle::Phase;
use crate::runner::CheckState;
use crate::snapshot::{Cause, CheckReport, Hub, Published, Vitals};
use crate::traffic::{InFlight, Meter, RouteGroup};
use crate::verdict::classifier::{Classifier, Sight};
use crate::verdict::suspicion::Ran;
use crate::verdict::{Evidence, Rule, TrafficReport};
use crate::watchdog::{RuntimeState, Turns};

/// Shows the classifier what the signals say, once a second, and publishes what it makes of it.
#[derive(Debug)]
pub(crate) struct Judge {
    meter: Meter,
    classifier: Classifier,
    turns: Turns,
    looked: Duration,
    at: Instant,
    /// What came before had to wait because nobody was there.
    from: Instant,
}

const SECOND: Duration = Duration::from_secs(1);
/// A worker that hangs for so long is evidence, whatever the watchdog's limits are.
const STUCK: Duration = Duration::from_secs(60);
/// So much of the time that passed was not seen: this second is no second.
const LATE: Duration = Duration::from_millis(500);
/// The process was stopped.
const STOPPED: Duration = Duration::from_millis(1500);
/// So many of each kind are named.
const MOST: usize = 10;

impl Judge {
    pub(crate) fn new(in_flight: InFlight) -> Self {
        let now = Instant::now();
        Self {
            meter: Meter::new(in_flight),
            classifier: Classifier::new(),
            turns: Turns::default(),
            looked: Duration::ZERO,
            at: now,
            from: now,
        }
    }

    /// `seen` is for how long somebody has looked: time in which the process stood still is no part of it. Does nothing before a second
    /// has passed.
    pub(crate) fn look(&mut self, hub: &Hub, seen: Duration) {
        let passed = seen.saturating_sub(self.looked);
        if passed < SECOND {
            return;
        }
        self.looked = seen;
        let now = Instant::now();
        let lost = now
            .saturating_duration_since(self.at)
            .saturating_sub(passed);
        self.at = now;
        if lost >= LATE {
            self.from = now;
        }
        let classifier = &self.classifier;
        let overdue_after =
            |group: Option<RouteGroup>| classifier.overdue_after(group.map(|group| group.name()));
        let (traffic, groups) = self.meter.look(overdue_after, self.from, now);
        if lost >= LATE {
            // What was counted meanwhile says nothing; nor does what came before, where nobody was there for long.
            if lost >= STOPPED {
                self.classifier.clear();
            }
            return;
        }
        let published = hub.published();
        let vitals = hub.vitals().now();
        let sight = Sight {
            traffic,
            groups: groups
                .into_iter()
                .map(|(group, second)| (group.name(), second))
                .collect(),
            turns: self.turned(&vitals),
            serving: published.phase() == Phase::Serving,
            chance: fastrand::f64(),
            ..says(&published, &vitals, now)
        };
        let opinion = self.classifier.look(sight, seen);
        hub.vitals().set_traffic(self.reports());
        hub.judge(opinion.verdict, opinion.evidence);
        if opinion.look_again {
            hub.look_again();
        }
    }

    fn turned(&mut self, vitals: &Vitals) -> Turns {
        let all = vitals.runtimes.iter().map(|runtime| runtime.turns);
        let all = all.fold(Turns::default(), |sum, turns| Turns {
            all: sum.all + turns.all,
            late: sum.late + turns.late,
        });
        let before = std::mem::replace(&mut self.turns, all);
        Turns {
            // Fewer than before, where a runtime has ended.
            all: all.all.saturating_sub(before.all),
            late: all.late.saturating_sub(before.late),
        }
    }

    fn reports(&self) -> Vec<TrafficReport> {
        let whole = std::iter::once(self.classifier.whole());
        let lines = whole.chain(self.classifier.groups());
        lines.map(TrafficReport::of).collect()
    }
}

/// What the service says of itself.
fn says(published: &Published, vitals: &Vitals, now: Instant) -> Sight {
    let mut sight = Sight::default();
    let stalled = vitals
        .runtimes
        .iter()
        .filter(|runtime| runtime.state() >= RuntimeState::Stalled);
    let stalled = stalled.map(|runtime| {
        let what = format!(
            "runtime `{}` is {}: none of its workers turns",
            runtime.name(),
            runtime.state()
        );
        Evidence::new(Rule::RuntimeStalled, what)
    });
    let faults = published.faults().iter().take(MOST);
    let faults = faults.map(|fault| Evidence::new(Rule::Fault, fault.to_string()));
    let fatals = published.fatals().take(MOST);
    let fatals =
        fatals.map(|fatal| Evidence::new(Rule::Fatal, format!("fatal error `{}`", fatal.name())));
    sight.down.extend(stalled.chain(faults).chain(fatals));
    for runtime in vitals.runtimes.iter() {
        let stuck = runtime
            .stuck()
            .iter()
            .filter(|worker| worker.stuck() >= STUCK);
        sight.stuck.extend(stuck.map(|worker| {
            let (index, name, so_long) = (worker.index(), runtime.name(), worker.stuck());
            let what =
                format!("worker {index} of runtime `{name}` hangs in one poll for {so_long:.0?}");
            Evidence::new(Rule::StuckWorker, what)
        }));
    }
    for report in published.reports().iter() {
        hear(report, now, &mut sight);
    }
    #[cfg(feature = "heartbeat")]
    {
        sight.unacked = crate::HeartbeatReport::are_unacked(&vitals.heartbeats);
    }
    sight
}

/// What one check adds to it.
fn hear(report: &CheckReport, now: Instant, sight: &mut Sight) {
    let counts = report.impact() != Impact::Observe && report.probe() != Probe::Startup;
    if !counts {
        return;
    }
    let down = report.state_at(now) == CheckState::Down;
    let ran = Ran {
        ago: conclusive(report, now),
        passed: report.cause().is_none(),
    };
    let failed = report.cause().is_some_and(is_failure);
    // One that nobody has heard of for long is no evidence of the user's path; a drain keeps it from running.
    let down = down && (failed || report.probe() != Probe::External);
    let (all, rule, is) = match (report.probe(), report.impact()) {
        (Probe::External, _) => {
            sight.look.ran_external(ran);
            (&mut sight.external, Rule::External, "is down")
        }
        (_, Impact::Critical) if down => (&mut sight.down, Rule::Check, "is down"),
        (_, _) if down => (&mut sight.degraded, Rule::Check, "is down"),
        (Probe::Readiness, _) => {
            sight.look.ran(ran);
            (
                &mut sight.look.failing,
                Rule::Check,
                "failed in its last run",
            )
        }
        _ => return,
    };
    let says = down || failed && report.probe() == Probe::Readiness;
    if says && all.len() < MOST {
        let what = format!("check `{}` {is}", report.name());
        all.push(Evidence::new(rule, what));
    }
}

/// How long ago its last run began, if that says something; else for ever.
fn conclusive(report: &CheckReport, now: Instant) -> Duration {
    let says = report.cause().is_none_or(is_failure);
    let last = report.last.as_ref().filter(|_| says);
    last.map_or(Duration::MAX, |last| {
        now.saturating_duration_since(last.began)
    })
}

const fn is_failure(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::Failed | Cause::TimedOut | Cause::Hung | Cause::Panicked
    )
}
