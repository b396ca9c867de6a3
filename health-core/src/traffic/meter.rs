use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::traffic::desk::{Entry, Stage};
use crate::traffic::name::Name;
use crate::traffic::stripe::Stripe;
use crate::traffic::tally::Endings;
use crate::traffic::times::Taken;
use crate::traffic::{InFlight, RouteGroup};

/// What happened since the last look, and what is there now; about a second of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Second {
    pub(crate) entered: u64,
    pub(crate) completed: u64,
    pub(crate) failed: u64,
    pub(crate) cancelled: u64,
    pub(crate) shed: u64,
    /// Became overdue: they still wait, for longer than anybody should.
    pub(crate) overdue: u64,
    /// Were overdue, and have been answered.
    pub(crate) recovered: u64,
    /// Are under way now.
    pub(crate) in_flight: u64,
    /// Of these, wait for the head of their response.
    pub(crate) unanswered: u64,
    /// What has waited longest of those.
    pub(crate) oldest: Option<(Name, Duration)>,
    /// Until there was the head of a response: of a sample.
    pub(crate) took: Taken,
    /// In the queue: of all that had to wait in one.
    pub(crate) waited: Taken,
}

/// Reads the counters, once a second, and gives the differences.
#[derive(Debug)]
pub(crate) struct Meter {
    in_flight: InFlight,
    /// On each stripe.
    entered: Vec<u64>,
    all: Running,
    groups: HashMap<&'static str, Running>,
}

/// What was read before.
#[derive(Debug, Default)]
struct Running {
    entered: u64,
    left: u64,
    endings: Endings,
    /// Whoever fails says so just before leaving, and may be seen in between: one completion too few, which the next look gives back.
    owed: i64,
}

impl Meter {
    pub(crate) fn new(in_flight: InFlight) -> Self {
        let stripes = in_flight.tallies().count();
        Self {
            in_flight,
            entered: vec![0; stripes],
            all: Running::default(),
            groups: HashMap::new(),
        }
    }

    /// Of the whole, and of each group. Waiting counts from `from` on, for before that nobody was there to serve; `overdue_after` so long it
    /// is overdue, by the group that it is of.
    pub(crate) fn look(
        &mut self,
        overdue_after: impl Fn(Option<RouteGroup>) -> Duration,
        from: Instant,
        now: Instant,
    ) -> (Second, Vec<(RouteGroup, Second)>) {
        let (entered, left, endings) = self.totals();
        let mut whole = self.all.second(entered, left, endings);
        let [answers, waits] = self.in_flight.times();
        (whole.took, whole.waited) = (answers.take(), waits.take());
        let groups = self.in_flight.groups().into_iter().map(|group| {
            let (entered, left, endings) = group.totals();
            let before = self.groups.entry(group.name()).or_default();
            let mut second = before.second(entered, left, endings);
            second.took = group.times().take();
            (group, second)
        });
        let mut groups: Vec<_> = groups.collect();
        let mut look = |entry: &mut Entry| {
            // Of these there may be many, and nothing is to be told of them.
            if matches!(entry.stage, Stage::Body | Stage::Hold) && entry.group.is_none() {
                return whole.wait(entry, false, now);
            }
            let waits = now.saturating_duration_since(entry.at_stage.max(from));
            let late =
                entry.stage == Stage::Head && !entry.counted && waits >= overdue_after(entry.group);
            entry.counted |= late;
            whole.wait(entry, late, now);
            let own = groups.iter_mut().find(|(of, _)| entry.group == Some(*of));
            if let Some((_, second)) = own {
                second.wait(entry, late, now);
            }
        };
        self.in_flight.desks().for_each(|desk| desk.look(&mut look));
        (whole, groups)
    }

    /// How many have ever entered, how many of them have left, and how. Sets how many have their time taken.
    fn totals(&mut self) -> (u64, u64, Endings) {
        let (mut entered, mut inside, mut endings) = (self.all.entered, 0, Endings::default());
        for ((stripe, tally), before) in self.in_flight.tallies().zip(&mut self.entered) {
            endings = endings + tally.endings();
            let (number, count) = stripe.look();
            let came = number.wrapping_sub(*before) % Stripe::WRAPS;
            *before = number;
            tally.sample_of(came);
            entered = entered.wrapping_add(came);
            inside += count;
        }
        (entered, entered.wrapping_sub(inside), endings)
    }
}

impl Running {
    fn second(&mut self, entered: u64, left: u64, endings: Endings) -> Second {
        let Endings {
            failed,
            cancelled,
            shed,
            apart,
            holds,
            recovered,
        } = endings.since(&self.endings);
        let others = failed + cancelled + shed + apart;
        let gone = left.wrapping_sub(self.left).cast_signed();
        let completed = gone - others.cast_signed() + self.owed;
        self.owed = completed.min(0);
        let came = entered.wrapping_sub(self.entered);
        *self = Self {
            entered,
            left,
            endings,
            ..*self
        };
        let in_flight = entered.wrapping_sub(left);
        Second {
            entered: came.saturating_sub(holds),
            completed: completed.max(0).cast_unsigned(),
            failed,
            cancelled,
            shed,
            recovered,
            in_flight,
            unanswered: in_flight,
            ..Second::default()
        }
    }
}

impl Second {
    fn wait(&mut self, entry: &Entry, late: bool, now: Instant) {
        if matches!(entry.stage, Stage::Queue | Stage::Head) {
            self.overdue += u64::from(late);
            let age = now.saturating_duration_since(entry.since);
            if self.oldest.as_ref().is_none_or(|(_, oldest)| age > *oldest) {
                self.oldest = Some((entry.name, age));
            }
            return;
        }
        self.unanswered = self.unanswered.saturating_sub(1);
        if entry.stage == Stage::Hold {
            self.in_flight = self.in_flight.saturating_sub(1);
        }
    }
}

#[cfg(all(test, not(health_loom)))]
mod tests;
