use std::time::Duration;

use crate::traffic::{Name, Second};
use crate::verdict::progress::{Progress, Standstill};
use crate::verdict::usual::{Odd, Usual};
use crate::verdict::wilson::at_least;
use crate::verdict::window::{Bucket, Buckets, LONGEST, Met, Sum};
use crate::verdict::{Evidence, Rule};
use crate::watchdog::Turns;

/// The traffic of the service, or of one group of its routes, and which rules it meets.
#[derive(Debug, Default)]
pub(crate) struct Line {
    /// Of a group.
    name: Option<&'static str>,
    buckets: Buckets,
    usual: Usual,
    progress: Progress,
    /// Failures in a row, as far as seconds can tell: since the last one with a success in it.
    streak: u64,
    failed_at: Duration,
    oldest: Option<(Name, Duration)>,
}

/// Which rules are met now.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Requests fail as they never should; in the last window at least.
    pub(crate) failing: Option<Found>,
    /// Nothing completes; for so long that it may be, and is looked into.
    pub(crate) standstill: Option<Found>,
    /// Too few for a rate, and so many of them failed in a row.
    pub(crate) streak: Option<Streak>,
    /// The same, however long ago.
    pub(crate) in_a_row: u64,
    /// More fail than should.
    pub(crate) failures: Option<Evidence>,
    pub(crate) slow: Option<Evidence>,
    /// What there is too much to do for; in the last window at least.
    pub(crate) queued: Option<Found>,
    pub(crate) sheds: Option<Found>,
    pub(crate) late_turns: Option<Found>,
}

/// A rule that is met, and whether that is sure.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) evidence: Evidence,
    pub(crate) sure: bool,
}

/// So many failed in a row, the last of them just now.
#[derive(Clone, Debug)]
pub(crate) struct Streak {
    pub(crate) length: u64,
    pub(crate) evidence: Evidence,
}

/// So many make a rate. The chance that independent errors alone reach 10 % among 50 is 7e-11 a window where 1 % is usual, and 1.6e-4
/// where 5 % is.
const LEAST: u64 = 50;
/// A rate not far above the limit is plain only among more: windows of all these sizes are looked at, and one is enough.
const SIZES: [u64; 4] = [LEAST, 100, 250, 1000];
/// And so many make a rate of a fiftieth.
const SIZES_FOR_FEW: [u64; 2] = [250, 1000];
const GRAY_FROM: f64 = 0.1;
const TIMES_USUAL: f64 = 5.0;
const DEGRADED_FROM: f64 = 0.02;
const TIMES_P95: u32 = 3;
/// Below this, three times as long is nothing that anybody notices.
const NOTICED: Duration = Duration::from_millis(10);
/// So many times make a 95th percentile that chance doesn't move much; where fewer come, a whole window of them.
const TIMES: u64 = 200;
const SHED: f64 = 0.01;
const QUEUE: f64 = 0.1;
/// Turns are few, and one may be late by chance.
const LATE_TURNS: f64 = 0.5;
const LEAST_TURNS: u64 = 3;
/// No answer for so long is a standstill; or for ten times as long as answers take.
const STANDSTILL: Duration = Duration::from_secs(5);
const TIMES_P99: u32 = 10;
/// Where nobody knows yet how long answers take; then they have to come in so many seconds, too.
const UNKNOWN: Duration = Duration::from_secs(60);
const LEAST_UNKNOWN: u64 = 20;
/// What failed longer ago is history.
const JUST_NOW: Duration = Duration::from_secs(10);

impl Findings {
    /// Something in it may be a gray failure.
    pub(crate) fn accuses(&self) -> bool {
        self.failing.is_some() || self.standstill.is_some() || self.streak.is_some()
    }
}

impl Line {
    pub(crate) fn of_group(name: &'static str) -> Self {
        Self {
            name: Some(name),
            ..Self::default()
        }
    }

    /// Takes a second, and gives what it finds.
    pub(crate) fn look(&mut self, second: Second, turns: Turns, now: Duration) -> Findings {
        if second.completed > 0 {
            self.streak = 0;
        } else {
            self.streak += second.failed;
        }
        if second.failed > 0 {
            self.failed_at = now;
        }
        self.oldest.clone_from(&second.oldest);
        let standstill = self.progress.look(&second, now);
        self.buckets.add(Bucket {
            traffic: second,
            turns,
        });
        let found = self.find(standstill, now);
        let odd = Odd {
            failing: found.failing.is_some(),
            slow: found.slow.is_some(),
        };
        if let Some(last) = self.buckets.last() {
            self.usual.learn(&last.traffic, odd);
        }
        found
    }

    pub(crate) fn name(&self) -> Option<&'static str> {
        self.name
    }

    /// From when on a request is overdue.
    pub(crate) fn overdue_after(&self) -> Duration {
        let usual = self.usual.p99();
        usual.map_or(UNKNOWN, |p99| STANDSTILL.max(p99 * TIMES_P99))
    }

    /// What was seen so far says nothing about what comes: there was nobody to serve, or nobody was to come.
    pub(crate) fn clear(&mut self) {
        self.buckets.clear();
        self.progress.clear();
        self.streak = 0;
    }

    /// All of the last ten seconds.
    pub(crate) fn recent(&self) -> Sum {
        self.buckets.recent()
    }

    pub(crate) fn oldest(&self) -> Option<&(Name, Duration)> {
        self.oldest.as_ref()
    }

    fn find(&self, standstill: Option<Standstill>, now: Duration) -> Findings {
        let limit = self.overdue_after();
        let known = self.usual.p99().is_some();
        let standstill = standstill.filter(|still| {
            let surely = known || still.came >= LEAST_UNKNOWN;
            surely && still.so_long >= limit / 2
        });
        // Of a route that nobody calls any more, nothing is known any more.
        let ended = now.saturating_sub(self.failed_at) >= JUST_NOW;
        let few = !ended && self.streak > 0 && self.buckets.recent().ended() < LEAST;
        let streak = few.then(|| self.say_streak());
        Findings {
            failing: self.failing(),
            standstill: standstill.map(|still| Found {
                evidence: self.say_standstill(still),
                sure: still.so_long >= limit,
            }),
            streak,
            in_a_row: self.streak,
            failures: self.failures(),
            slow: self.slow(),
            queued: self.queued(),
            sheds: self.sheds(),
            late_turns: self.late_turns(),
        }
    }

    fn failing(&self) -> Option<Found> {
        let limit = GRAY_FROM.max(TIMES_USUAL * self.usual.fails());
        let met = self.fails(&SIZES, limit)?;
        Some(Found {
            evidence: self.say_failures(&met.last),
            sure: met.confirmed,
        })
    }

    fn failures(&self) -> Option<Evidence> {
        let met = self.fails(&SIZES_FOR_FEW, DEGRADED_FROM);
        sure(met).map(|sum| self.say_failures(&sum))
    }

    /// Whether this share fails at least, in windows of any of these sizes: the surest, and the shortest of these.
    fn fails(&self, sizes: &[u64], limit: f64) -> Option<Met> {
        let met = sizes.iter().rev().filter_map(|size| {
            self.buckets.met(
                |sum| sum.ended() >= *size,
                |sum| at_least(sum.failed(), sum.ended()) >= limit,
            )
        });
        met.max_by_key(|met| met.confirmed)
    }

    fn slow(&self) -> Option<Evidence> {
        let usual = self.usual.p95()?;
        let limit = (usual * TIMES_P95).max(usual + NOTICED);
        let p95 = |sum: &Sum| sum.took.quantile(0.95).unwrap_or_default();
        let enough = |sum: &Sum| match sum.took.count() {
            TIMES.. => true,
            few => few >= LEAST && sum.seconds == LONGEST as u64,
        };
        let met = self.buckets.met(enough, |sum| p95(sum) > limit);
        let sum = sure(met)?;
        let what = format!("p95 is {:.0?}, where {usual:.0?} is usual", p95(&sum));
        Some(self.say(Rule::Latency, what))
    }

    /// Who waited in the queue longer than anybody should, of those that were taken on.
    fn queued(&self) -> Option<Found> {
        let met = self.buckets.met(
            |sum| sum.entered >= LEAST,
            |sum| sum.queued as f64 > QUEUE * sum.entered as f64,
        )?;
        let Sum {
            queued,
            entered,
            seconds,
            ..
        } = met.last;
        let what = format!(
            "{queued} of {entered} requests waited for more than 100 ms until the service was ready, within {seconds} s"
        );
        Some(self.found(Rule::QueueWait, what, met.confirmed))
    }

    fn sheds(&self) -> Option<Found> {
        let all = |sum: &Sum| sum.ended() + sum.shed;
        let met = self.buckets.met(
            |sum| all(sum) >= LEAST,
            |sum| sum.shed as f64 > SHED * all(sum) as f64,
        )?;
        let sum = met.last;
        let what = format!(
            "{} of {} requests were shed within {} s",
            sum.shed,
            all(&sum),
            sum.seconds
        );
        Some(self.found(Rule::Sheds, what, met.confirmed))
    }

    fn late_turns(&self) -> Option<Found> {
        let met = self.buckets.met(
            |sum| sum.turns.all >= LEAST_TURNS,
            |sum| sum.turns.late as f64 >= LATE_TURNS * sum.turns.all as f64,
        )?;
        let Turns { all, late } = met.last.turns;
        let what =
            format!("tasks waited for more than 100 ms until they ran, {late} of {all} times");
        Some(self.found(Rule::QueueWait, what, met.confirmed))
    }

    fn say_failures(&self, sum: &Sum) -> Evidence {
        let (failed, ended, seconds) = (sum.failed(), sum.ended(), sum.seconds);
        let least = 100.0 * at_least(failed, ended);
        let usual = 100.0 * self.usual.fails();
        let what = format!(
            "{failed} of {ended} requests failed within {seconds} s, at least {least:.1} %; usual are {usual:.1} %"
        );
        self.say(Rule::Failures, what)
    }

    fn say_streak(&self) -> Streak {
        let length = self.streak;
        let what = match length {
            1 => "the last request failed".to_owned(),
            _ => format!("the last {length} requests failed, all of them"),
        };
        let evidence = self.say(Rule::Suspect, what);
        Streak { length, evidence }
    }

    fn say_standstill(&self, Standstill { so_long, tries, .. }: Standstill) -> Evidence {
        let oldest = self.oldest.as_ref();
        let oldest = oldest.map(|(name, age)| format!("; the oldest is {name}, for {age:.1?}"));
        let oldest = oldest.unwrap_or_default();
        let what = format!("{tries} requests, and none was answered for {so_long:.0?}{oldest}");
        self.say(Rule::NoProgress, what)
    }

    fn found(&self, rule: Rule, what: String, sure: bool) -> Found {
        let evidence = self.say(rule, what);
        Found { evidence, sure }
    }

    fn say(&self, rule: Rule, what: String) -> Evidence {
        let what = match self.name {
            Some(name) => format!("group `{name}`: {what}"),
            None => what,
        };
        Evidence { rule, what }
    }
}

/// What is said of traffic is only said when two windows say so.
fn sure(met: Option<Met>) -> Option<Sum> {
    met.filter(|met| met.confirmed).map(|met| met.last)
}
