use std::time::Duration;

use crate::verdict::Evidence;

/// Keeps a verdict for a while after its rules were last met, so that it doesn't flap.
#[derive(Debug)]
pub(crate) struct Hold {
    policy: Policy,
    /// While it holds.
    met: Option<Met>,
    entered: u32,
    left: Option<Duration>,
}

/// For how long.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Policy {
    /// So long.
    For(Duration),
    /// So long for the first time, twice as long for the second, and so on up to the most; by chance up to a tenth more or less, so that not
    /// all replicas come back at once. An hour without it is a new beginning. And only if something shows that it is over.
    Longer { each: Duration, most: Duration },
}

#[derive(Debug)]
struct Met {
    last: Duration,
    hold: Duration,
    evidence: Vec<Evidence>,
    over: bool,
}

const FORGOTTEN: Duration = Duration::from_secs(3600);

impl Hold {
    pub(crate) fn new(policy: Policy) -> Self {
        Self {
            policy,
            met: None,
            entered: 0,
            left: None,
        }
    }

    /// `evidence` of the rules that are met now, if any; `over` where something shows that all is well again; `chance` is between 0 and 1.
    ///
    /// Gives the evidence for as long as it holds.
    pub(crate) fn look(
        &mut self,
        evidence: Vec<Evidence>,
        over: bool,
        now: Duration,
        chance: f64,
    ) -> Option<&[Evidence]> {
        if !evidence.is_empty() {
            let hold = match &self.met {
                Some(met) => met.hold,
                None => self.enter(now, chance),
            };
            self.met = Some(Met {
                last: now,
                hold,
                evidence,
                over: false,
            });
        } else if let Some(met) = &mut self.met {
            met.over |= over;
            let needs_proof = matches!(self.policy, Policy::Longer { .. });
            let may = met.over || !needs_proof;
            if may && now.saturating_sub(met.last) >= met.hold {
                self.met = None;
                self.left = Some(now);
            }
        }
        self.met.as_ref().map(|met| &*met.evidence)
    }

    pub(crate) fn holds(&self) -> bool {
        self.met.is_some()
    }

    fn enter(&mut self, now: Duration, chance: f64) -> Duration {
        let forgotten = |left: Duration| now.saturating_sub(left) >= FORGOTTEN;
        if self.left.is_some_and(forgotten) {
            self.entered = 0;
        }
        self.entered = self.entered.saturating_add(1);
        match self.policy {
            Policy::For(so_long) => so_long,
            Policy::Longer { each, most } => {
                let hold = each.saturating_mul(self.entered).min(most);
                hold.mul_f64(0.9 + 0.2 * chance)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Rule;

    const SECOND: Duration = Duration::from_secs(1);

    fn evidence() -> Vec<Evidence> {
        vec![Evidence::new(Rule::Failures, "it fails")]
    }

    fn gray() -> Hold {
        Hold::new(Policy::Longer {
            each: 30 * SECOND,
            most: 300 * SECOND,
        })
    }

    /// Meets the rule at that time, and says for how long it held, if it is over at once.
    fn holds(hold: &mut Hold, from: Duration, chance: f64) -> Duration {
        assert!(hold.look(evidence(), false, from, chance).is_some());
        let mut now = from;
        while hold.look(Vec::new(), true, now, chance).is_some() {
            now += SECOND;
        }
        now - from
    }

    #[test]
    fn each_time_is_longer_and_an_hour_is_a_new_beginning() {
        let mut hold = gray();
        let mut now = Duration::ZERO;
        for times in 1..=12 {
            let held = holds(&mut hold, now, 0.5);
            assert_eq!(held, (30 * times).min(300) * SECOND);
            now += held + SECOND;
        }
        assert_eq!(holds(&mut hold, now + FORGOTTEN, 0.5), 30 * SECOND);
    }

    #[test]
    fn replicas_do_not_come_back_at_once() {
        assert_eq!(holds(&mut gray(), SECOND, 0.0), 27 * SECOND);
        assert_eq!(holds(&mut gray(), SECOND, 1.0), 33 * SECOND);
    }

    #[test]
    fn time_alone_does_not_clear_it() {
        let mut hold = gray();
        hold.look(evidence(), true, Duration::ZERO, 0.5);
        assert!(hold.look(Vec::new(), false, FORGOTTEN, 0.5).is_some());
        // What was seen meanwhile counts when its time has passed.
        assert!(hold.look(Vec::new(), true, FORGOTTEN, 0.5).is_none());
        hold.look(evidence(), false, FORGOTTEN, 0.5);
        let look = |hold: &mut Hold, over, after| {
            hold.look(Vec::new(), over, FORGOTTEN + after * SECOND, 0.5)
                .is_some()
        };
        assert!(look(&mut hold, true, 1));
        assert!(look(&mut hold, false, 59), "the second time");
        assert!(!look(&mut hold, false, 60));
    }

    #[test]
    fn others_hold_for_as_long_as_they_do() {
        let mut hold = Hold::new(Policy::For(10 * SECOND));
        hold.look(evidence(), false, SECOND, 0.5);
        hold.look(evidence(), false, 2 * SECOND, 0.5);
        assert!(hold.look(Vec::new(), false, 11 * SECOND, 0.5).is_some());
        assert!(hold.look(Vec::new(), false, 12 * SECOND, 0.5).is_none());
    }
}
