use std::time::Duration;

use crate::Outcome;
use crate::dependency::recent::{Ended, Recent};
use crate::verdict::at_least;

/// What the calls to a dependency say of it.
///
/// 1. It goes down where failures show it, and only then: at least half of enough calls, as far as can be told from so many, or five in a
///    row.
/// 2. It comes up by calls: where there are enough since, if clearly less than half of them failed; else by two in a row that didn't. And
///    not before a while, which grows with each time: at no rate of failures, and no rate of calls, is it up and down all the time.
/// 3. It is never down for ever because nobody calls, which may be *because* it is down. After a while without a call, it gets another
///    chance; the first call that fails ends that.
/// 4. What ends around a stall of this process is not judged: it may have timed out here.
#[derive(Debug, Default)]
pub(crate) struct Judgement {
    state: State,
    /// Since the state last changed.
    recent: Recent,
    /// As far as looks can tell: what completed and failed between two looks may have done so in any order, and breaks both rows.
    failed_in_row: u64,
    completed_in_row: u64,
    looked: Duration,
    called: Duration,
    failed: Duration,
    /// How much of the time before the last look was lost.
    lost: Duration,
    /// Went down so often, with less than an hour between.
    falls: u32,
    up_since: Duration,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Up,
    Down {
        why: String,
        /// Another chance comes after so long without a call.
        chance_after: Duration,
        /// Whatever comes of calls until then.
        until: Duration,
    },
    Chance {
        why: String,
    },
}

/// The share of failures that is too much.
const HALF: f64 = 0.5;
/// In percent; less is few enough for what was down.
const FEW: u64 = 30;
const FAILED_IN_ROW: u64 = 5;
/// Failures further apart are no row: five of them may be all that failed in a week.
const ROW_BREAKS: Duration = Duration::from_secs(60);
const COMPLETED_IN_ROW: u64 = 2;
/// As long as the verdict holds.
const CHANCE_AFTER: Duration = Duration::from_secs(30);
const CHANCE_AT_LAST: Duration = Duration::from_secs(300);
const FORGOTTEN: Duration = Duration::from_secs(3600);
/// It is down for at least so much of the time after which it would get another chance: 10 s the first time, up to 100 s.
const DOWN_FOR: u32 = 3;
/// More, lost between two looks, and calls may have failed for that.
const STALL: Duration = Duration::from_millis(250);

impl Judgement {
    /// What ended since the last look, and how long this process stood still since then; `now` since the beginning, and never less than
    /// before; `chance` is between 0 and 1.
    pub(crate) fn look(
        &mut self,
        ended: Ended,
        lost: Duration,
        now: Duration,
        chance: f64,
    ) -> Outcome {
        if ended.all() > 0 {
            self.called = now;
        }
        // What a stall was too long for may be told only after it, and after the look that saw it.
        if lost.max(self.lost) <= STALL {
            self.hear(ended, now);
            self.judge(ended, now, chance);
        }
        self.lost = lost;
        self.looked = now;
        match &self.state {
            State::Up => Outcome::Pass,
            State::Down { why, .. } => Outcome::fail(why),
            State::Chance { why } => Outcome::warn(why),
        }
    }

    fn hear(&mut self, ended: Ended, now: Duration) {
        if ended.all() == 0 {
            return;
        }
        if ended.failed > 0 {
            if now.saturating_sub(self.failed) > ROW_BREAKS {
                self.failed_in_row = 0;
            }
            self.failed = now;
        }
        let row = |before: u64, more: u64, broken: bool| if broken { 0 } else { before + more };
        self.failed_in_row = row(self.failed_in_row, ended.failed, ended.completed > 0);
        self.completed_in_row = row(self.completed_in_row, ended.completed, ended.failed > 0);
        self.recent.add(ended, self.looked, now);
    }

    fn judge(&mut self, ended: Ended, now: Duration, chance: f64) {
        if self.recovers(ended, now) {
            if !matches!(self.state, State::Up) {
                self.turn(State::Up);
                self.up_since = now;
            }
            return;
        }
        if ended.all() == 0 {
            return self.wait(now);
        }
        // A success may be what fills a window of old failures: it takes nothing down.
        let fails = (ended.failed > 0).then(|| self.failing(now)).flatten();
        match &mut self.state {
            State::Up => {
                if let Some(why) = fails {
                    self.fall(why, now, chance);
                }
            }
            State::Down { why, .. } => {
                if let Some(news) = fails {
                    *why = news;
                }
            }
            State::Chance { .. } => {
                let again = (ended.completed == 0).then(|| self.row_of_failures());
                if let Some(why) = fails.or(again) {
                    self.fall(why, now, chance);
                }
            }
        }
    }

    /// Nobody called.
    fn wait(&mut self, now: Duration) {
        let alone = now.saturating_sub(self.called);
        if let State::Down {
            why, chance_after, ..
        } = &self.state
            && alone >= *chance_after
        {
            let seconds = alone.as_secs();
            let why = format!("no call has ended for {seconds} s; before that, {why}");
            self.turn(State::Chance { why });
        }
    }

    fn failing(&self, now: Duration) -> Option<String> {
        let window = self.recent.window(now);
        let window =
            window.filter(|window| at_least(window.ended.failed, window.ended.all()) >= HALF);
        let in_row = || (self.failed_in_row >= FAILED_IN_ROW).then(|| self.row_of_failures());
        window.map(|window| window.to_string()).or_else(in_row)
    }

    fn row_of_failures(&self) -> String {
        match self.failed_in_row {
            1 => "the last call failed".to_owned(),
            row => format!("the last {row} calls failed"),
        }
    }

    fn recovers(&self, ended: Ended, now: Duration) -> bool {
        let held = matches!(self.state, State::Down { until, .. } if now < until);
        // Of what came while it had to be down, too.
        let succeeds = ended.completed > 0 || ended.failed == 0;
        !held
            && succeeds
            && match self.recent.window(now) {
                Some(window) => 100 * window.ended.failed < FEW * window.ended.all(),
                None => self.completed_in_row >= COMPLETED_IN_ROW,
            }
    }

    fn fall(&mut self, why: String, now: Duration, chance: f64) {
        let was_well = matches!(self.state, State::Up);
        if was_well && now.saturating_sub(self.up_since) >= FORGOTTEN {
            self.falls = 0;
        }
        self.falls = self.falls.saturating_add(1);
        let so_long = CHANCE_AFTER.saturating_mul(self.falls).min(CHANCE_AT_LAST);
        // By a tenth more or less, so that not all replicas try again at once.
        let chance_after = so_long.mul_f64(0.9 + 0.2 * chance);
        let until = now + so_long / DOWN_FOR;
        self.turn(State::Down {
            why,
            chance_after,
            until,
        });
    }

    fn turn(&mut self, state: State) {
        self.state = state;
        self.recent.clear();
    }
}

#[cfg(test)]
mod tests;
