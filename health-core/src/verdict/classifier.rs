use std::time::Duration;

use crate::traffic::Second;
use crate::verdict::hold::{Hold, Policy};
use crate::verdict::line::{Findings, Line};
use crate::verdict::suspicion::{Look, Suspicion};
use crate::verdict::{Evidence, Verdict};
use crate::watchdog::Turns;

/// What the classifier is shown, once a second.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sight {
    pub(crate) traffic: Second,
    pub(crate) groups: Vec<(&'static str, Second)>,
    pub(crate) turns: Turns,
    /// Requests are to come: what a start or a drain does to them says nothing.
    pub(crate) serving: bool,
    /// What the service says of itself: that it is down.
    pub(crate) down: Vec<Evidence>,
    /// Or that something is down which it can do without.
    pub(crate) degraded: Vec<Evidence>,
    pub(crate) stuck: Vec<Evidence>,
    /// The user's path is down.
    pub(crate) external: Vec<Evidence>,
    pub(crate) look: Look,
    /// Between 0 and 1.
    pub(crate) chance: f64,
}

/// What it makes of it.
#[derive(Debug)]
pub(crate) struct Opinion {
    pub(crate) verdict: Verdict,
    pub(crate) evidence: Vec<Evidence>,
    /// Checks should run now, and not only when they are due: their word is needed.
    pub(crate) look_again: bool,
}

/// Makes one verdict of all signals. It is told the time, and never looks for itself.
///
/// 1. What the service says of itself comes first: *down* needs no further evidence, and is over as soon as it says so.
/// 2. *Overloaded* is what has too much to do, and succeeds in what it takes on. It is never *gray* for it.
/// 3. *Gray* is a contradiction: requests fail, or come to no end, and every check that counts has looked since then and found nothing. A
///    dependency that is down explains failures; then they only degrade.
/// 4. What is said of traffic is said by two of the last three windows. A standstill, and a worker that hangs, have lasted long enough.
/// 5. *Gray* stays until requests, or an external check, have succeeded: a check that passes was no evidence before, and is none now.
#[derive(Debug)]
pub(crate) struct Classifier {
    whole: Line,
    groups: Vec<(&'static str, Line)>,
    suspicion: Suspicion,
    gray: Hold,
    overloaded: Hold,
    degraded: Hold,
    /// Completed and failed since a rule for gray was last met.
    since: (u64, u64),
    now: Duration,
}

const GRAY: Policy = Policy::Longer {
    each: Duration::from_secs(30),
    most: Duration::from_secs(300),
};
const OTHERS: Policy = Policy::For(Duration::from_secs(10));
/// So many requests have to succeed after a gray failure, and ten times as many as fail.
const PROOF: u64 = 5;

impl Classifier {
    pub(crate) fn new() -> Self {
        Self {
            whole: Line::default(),
            groups: Vec::new(),
            suspicion: Suspicion::default(),
            gray: Hold::new(GRAY),
            overloaded: Hold::new(OTHERS),
            degraded: Hold::new(OTHERS),
            since: (0, 0),
            now: Duration::ZERO,
        }
    }

    pub(crate) fn look(&mut self, sight: Sight, now: Duration) -> Opinion {
        self.now = now;
        let Second {
            completed, failed, ..
        } = sight.traffic;
        self.since = (self.since.0 + completed, self.since.1 + failed);
        let succeeds = completed > 0;
        let all = self.lines(&sight, now);
        let doubt = self.suspicion.look(&all, &sight.look, now);

        let fails = all.iter().any(|line| line.failing.is_some());
        let (mut overloaded, mut worse) = (Vec::new(), Vec::new());
        for line in all {
            let pressed = [line.queued, line.sheds, line.late_turns];
            overloaded.extend(pressed.into_iter().flatten());
            worse.extend([line.failures, line.slow].into_iter().flatten());
        }
        // What it takes on has to succeed, or it is no overload, whatever else it is.
        let admitted = succeeds && !fails;
        overloaded.retain(|_| admitted);

        let mut gray = sight.stuck;
        let mut degraded = sight.degraded;
        let explained = doubt.explained || !degraded.is_empty();
        let suspects = if doubt.sure && !explained {
            &mut gray
        } else {
            &mut degraded
        };
        suspects.extend(doubt.evidence);
        // A user's path that is turned away, or waits, with all others, fails by the overload.
        let pressed = !overloaded.is_empty() || self.overloaded.holds();
        if !explained && !pressed {
            gray.extend(sight.external);
        }
        degraded.extend(worse);
        let verdict = self.weigh(
            [sight.down, overloaded, gray, degraded],
            sight.look.external_passed(),
            sight.chance,
        );
        Opinion {
            look_again: doubt.look_again,
            ..verdict
        }
    }

    /// What was seen so far says nothing about what comes: the process was stopped.
    pub(crate) fn clear(&mut self) {
        self.whole.clear();
        self.groups.iter_mut().for_each(|(_, line)| line.clear());
        self.suspicion = Suspicion::default();
    }

    pub(crate) fn whole(&self) -> &Line {
        &self.whole
    }

    pub(crate) fn groups(&self) -> impl Iterator<Item = &Line> {
        self.groups.iter().map(|(_, line)| line)
    }

    /// What is found in the whole, and in each group.
    fn lines(&mut self, sight: &Sight, now: Duration) -> Vec<Findings> {
        if !sight.serving {
            self.clear();
            return Vec::new();
        }
        let mut all = vec![self.whole.look(sight.traffic.clone(), sight.turns, now)];
        for (name, second) in &sight.groups {
            if !self.groups.iter().any(|(known, _)| known == name) {
                self.groups.push((name, Line::of_group(name)));
            }
            let own = self.groups.iter_mut().find(|(known, _)| known == name);
            all.extend(own.map(|(_, line)| line.look(second.clone(), Turns::default(), now)));
        }
        all
    }

    /// What is met now decides, the worst first; then what still holds.
    fn weigh(
        &mut self,
        met: [Vec<Evidence>; 4],
        external_passed: Option<Duration>,
        chance: f64,
    ) -> Opinion {
        let [down, overloaded, gray, degraded] = met;
        if !gray.is_empty() {
            self.since = (0, 0);
        }
        let (completed, failed) = self.since;
        let over = completed >= PROOF && completed >= 10 * failed;
        let over = over || external_passed.is_some_and(|ago| ago < Duration::from_secs(1));
        let [now_overloaded, now_gray] = [&overloaded, &gray].map(|met| !met.is_empty());
        let hold = |hold: &mut Hold, met, over| {
            let held = hold.look(met, over, self.now, chance);
            held.map(<[_]>::to_vec).unwrap_or_default()
        };
        let overloaded = hold(&mut self.overloaded, overloaded, true);
        let gray = hold(&mut self.gray, gray, over);
        let degraded = hold(&mut self.degraded, degraded, true);
        let verdict = if !down.is_empty() {
            Verdict::Down
        } else if now_overloaded && !now_gray {
            Verdict::Overloaded
        } else if !gray.is_empty() {
            Verdict::Gray
        } else if !overloaded.is_empty() {
            Verdict::Overloaded
        } else if !degraded.is_empty() {
            Verdict::Degraded
        } else {
            Verdict::Healthy
        };
        let evidence = match verdict {
            Verdict::Overloaded => [overloaded, down, gray, degraded],
            _ => [down, gray, overloaded, degraded],
        };
        Opinion {
            verdict,
            evidence: evidence.concat(),
            look_again: false,
        }
    }
}

#[cfg(test)]
mod tests;
