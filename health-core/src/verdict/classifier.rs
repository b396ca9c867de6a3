use std::time::Duration;

use crate::traffic::Second;
use crate::verdict::hold::{Hold, Policy};
use crate::verdict::line::{Findings, Line};
use crate::verdict::proof::Proof;
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
    /// What it says of itself may not have come anywhere of late: no heartbeat is acked.
    pub(crate) unacked: bool,
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
///    dependency that is down explains failures; then they only degrade. One that nobody misses explains none. So does a heartbeat that has
///    lost its acks, until it is known whether the member has.
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
    proof: Proof,
    /// The checks that are down, each with how many seconds of requests went well meanwhile.
    down: Vec<(String, u32)>,
    now: Duration,
}

const GRAY: Policy = Policy::Longer {
    each: Duration::from_secs(30),
    most: Duration::from_secs(300),
};
const OTHERS: Policy = Policy::For(Duration::from_secs(10));
/// Seconds.
const UNNEEDED: u32 = 60;

impl Classifier {
    pub(crate) fn new() -> Self {
        Self {
            whole: Line::default(),
            groups: Vec::new(),
            suspicion: Suspicion::default(),
            gray: Hold::new(GRAY),
            overloaded: Hold::new(OTHERS),
            degraded: Hold::new(OTHERS),
            proof: Proof::default(),
            down: Vec::new(),
            now: Duration::ZERO,
        }
    }

    pub(crate) fn look(&mut self, sight: Sight, now: Duration) -> Opinion {
        self.now = now;
        let groups = sight.groups.iter().map(|(_, second)| second);
        self.proof
            .add(std::iter::once(&sight.traffic).chain(groups));
        let all = self.lines(&sight, now);
        let doubt = self.suspicion.look(&all, &sight.look, now);
        let fails = all.iter().any(|line| line.failing.is_some());
        let mut standstills = all.iter().flat_map(|line| &line.standstill);
        let stands = standstills.any(|found| found.sure);
        let explained = self.explains(&sight, fails) || doubt.explained || sight.unacked;

        // What it takes on has to succeed, or it is no overload, whatever else it is.
        let admitted = !fails && !stands && self.whole.recent().completed > 0;
        let accused: Vec<_> = all.iter().map(Findings::accuses).collect();
        let (mut overloaded, mut worse) = (Vec::new(), Vec::new());
        let mut pressed = self.overloaded.holds();
        for line in all {
            let signs = [line.queued, line.sheds, line.late_turns];
            let signs = signs.into_iter().flatten().filter(|_| admitted);
            for sign in signs {
                pressed = true;
                overloaded.extend(sign.sure.then_some(sign.evidence));
            }
            worse.extend([line.failures, line.slow].into_iter().flatten());
        }
        let mut gray = sight.stuck;
        let mut degraded = sight.degraded;
        let sure = doubt.sure && !explained;
        if sure { &mut gray } else { &mut degraded }.extend(doubt.evidence);
        // A user's path that is turned away, or waits, with all others, fails by the overload, also before that is sure; one that a drain has
        // closed, by that.
        if sight.serving && !explained && !pressed {
            gray.extend(sight.external);
        }
        degraded.extend(worse);
        if !gray.is_empty() {
            self.proof
                .accuse(accused.into_iter().map(|line| line && sure));
        }
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

    /// Whether a check that is down explains what fails. One that has been down for a minute of requests that did not fail explains
    /// nothing: nobody needed it.
    fn explains(&mut self, sight: &Sight, fails: bool) -> bool {
        let fine = sight.serving && !fails && sight.traffic.completed > 0;
        let all = sight.degraded.iter().map(|check| {
            let known = self.down.iter().find(|(what, _)| *what == check.what);
            let so_long = known.map_or(0, |(_, so_long)| *so_long);
            (check.what.clone(), so_long + u32::from(fine))
        });
        self.down = all.collect();
        self.down.iter().any(|(_, so_long)| *so_long < UNNEEDED)
    }

    /// What was seen so far says nothing about what comes: the process was stopped.
    pub(crate) fn clear(&mut self) {
        self.whole.clear();
        self.groups.iter_mut().for_each(|(_, line)| line.clear());
        self.suspicion = Suspicion::default();
    }

    /// From when on a request of this group, or of none, is overdue: by what is usual for it.
    pub(crate) fn overdue_after(&self, group: Option<&str>) -> Duration {
        let own = group.map(|group| self.groups().find(|line| line.name() == Some(group)));
        match own {
            Some(Some(line)) => line.overdue_after(),
            Some(None) => Line::default().overdue_after(),
            None => self.whole.overdue_after(),
        }
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
        let over = self.proof.is_over(external_passed);
        let [now_overloaded, now_gray] = [&overloaded, &gray].map(|met| !met.is_empty());
        let hold = |hold: &mut Hold, met, over| {
            let held = hold.look(met, over, self.now, chance);
            held.map(<[_]>::to_vec).unwrap_or_default()
        };
        let overloaded = hold(&mut self.overloaded, overloaded, true);
        let gray = hold(&mut self.gray, gray, over);
        let degraded = hold(&mut self.degraded, degraded, true);
        if gray.is_empty() {
            self.proof.acquit();
        }
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
