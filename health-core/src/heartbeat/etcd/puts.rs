use crate::heartbeat::Vitals;
use crate::{Phase, Verdict};

/// So many beats, and one of them is a put: what is committed has been seen by most servers, and a keepalive is answered by a leader
/// alone, also for a while after it has lost the others.
const BEATS: u32 = 5;

/// Which beats carry the vitals. Pure.
///
/// 1. The first after joining does, each fifth one, and whichever finds that what others act on has changed.
/// 2. After a beat that failed, or was given up, each does until one went through.
#[derive(Clone, Copy, Debug)]
pub(super) struct Puts {
    shown: Option<Shown>,
    /// Beats since the last put.
    since: u32,
    owed: bool,
}

type Shown = (Phase, bool, bool, Verdict);

fn shown(vitals: &Vitals) -> Shown {
    (
        vitals.phase(),
        vitals.is_live(),
        vitals.is_ready(),
        vitals.verdict(),
    )
}

impl Puts {
    pub(super) fn new() -> Self {
        Self {
            shown: None,
            since: 0,
            owed: true,
        }
    }

    /// A beat begins: whether it carries them. It has failed until it [went through](Self::went_through).
    pub(super) fn begin(&mut self, vitals: &Vitals) -> bool {
        let owed = std::mem::replace(&mut self.owed, true);
        owed || self.since + 1 >= BEATS || self.shown != Some(shown(vitals))
    }

    /// The beat was answered, with these vitals if it carried any.
    pub(super) fn went_through(&mut self, put: Option<&Vitals>) {
        self.owed = false;
        match put {
            Some(vitals) => (self.shown, self.since) = (Some(shown(vitals)), 0),
            None => self.since += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vitals(ready: bool) -> Vitals {
        let text = format!(
            r#"{{"v":1,"phase":"serving","live":true,"ready":{ready},"verdict":"healthy","in_flight":3}}"#
        );
        Vitals::decode(text.as_bytes()).unwrap()
    }

    /// Which of these beats carry them: of each, whether it is ready, and whether it goes through.
    fn carried(beats: &[(bool, bool)]) -> Vec<bool> {
        let mut puts = Puts::new();
        let beat = |&(ready, through): &(bool, bool)| {
            let now = vitals(ready);
            let due = puts.begin(&now);
            if through {
                puts.went_through(due.then_some(&now));
            }
            due
        };
        beats.iter().map(beat).collect()
    }

    #[test]
    fn the_first_and_each_fifth_beat_is_a_put() {
        let [y, n] = [true, false];
        let fine = carried(&[(true, true); 12]);
        assert_eq!(fine, [y, n, n, n, n, y, n, n, n, n, y, n]);
    }

    #[test]
    fn what_has_changed_is_put_at_once_and_what_failed_until_it_went_through() {
        let up = (true, true);
        assert_eq!(
            carried(&[up, up, (false, true), (false, true), up]),
            [true, false, true, false, true]
        );
        let lost = (true, false);
        assert_eq!(
            carried(&[lost, lost, up, up, lost, lost, up, up, up]),
            [true, true, true, false, false, true, true, false, false]
        );
    }
}
