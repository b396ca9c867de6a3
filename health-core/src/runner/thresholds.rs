use std::fmt;

/// Whether a check counts as up, after its thresholds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CheckState {
    /// It has not yet run often enough to say.
    #[default]
    Pending,
    /// It succeeds.
    Up,
    /// It failed `fail_after` times in a row, and has not succeeded `pass_after` times in a row since.
    Down,
}

impl CheckState {
    /// The lower-case name, as it is used in events and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

impl fmt::Display for CheckState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Rise and fall: turns single outcomes into a state that does not flap.
///
/// 1. The state changes only after `fail_after` failures or `pass_after` successes *in a row*.
/// 2. Each outcome resets the count of the opposite one.
/// 3. A result that went stale is down at once, and it takes `pass_after` successes to be up again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Thresholds {
    fail_after: u32,
    pass_after: u32,
    state: CheckState,
    successes: u32,
    failures: u32,
}

impl Thresholds {
    pub(crate) fn new(fail_after: u32, pass_after: u32) -> Self {
        Self {
            fail_after,
            pass_after,
            state: CheckState::Pending,
            successes: 0,
            failures: 0,
        }
    }

    /// Counts one outcome and gives the state after it.
    pub(crate) fn observe(&mut self, success: bool) -> CheckState {
        if success {
            self.failures = 0;
            self.successes = self.successes.saturating_add(1);
            if self.successes >= self.pass_after {
                self.state = CheckState::Up;
            }
        } else {
            self.successes = 0;
            self.failures = self.failures.saturating_add(1);
            if self.failures >= self.fail_after {
                self.state = CheckState::Down;
            }
        }
        self.state
    }

    /// As if so many outcomes of this kind had been seen that the next one decides.
    #[cfg(feature = "test")]
    pub(crate) fn lead_up_to(&mut self, success: bool) {
        if success {
            self.successes = self.successes.max(self.pass_after.saturating_sub(1));
        } else {
            self.failures = self.failures.max(self.fail_after.saturating_sub(1));
        }
    }

    /// The last result is too old to be believed. The count of failures stays: nothing was seen to fail.
    pub(crate) fn expire(&mut self) {
        self.successes = 0;
        self.state = CheckState::Down;
    }

    pub(crate) fn state(&self) -> CheckState {
        self.state
    }

    /// Failures in a row up to now.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn after(fail_after: u32, pass_after: u32, outcomes: &[bool]) -> CheckState {
        let mut thresholds = Thresholds::new(fail_after, pass_after);
        outcomes
            .iter()
            .fold(CheckState::Pending, |_, &ok| thresholds.observe(ok))
    }

    #[test]
    fn one_failure_among_successes_changes_nothing() {
        assert_eq!(
            after(2, 1, &[true, false, true, false, true, false]),
            CheckState::Up
        );
    }

    #[test]
    fn before_the_first_verdict_it_is_pending() {
        assert_eq!(after(2, 1, &[false]), CheckState::Pending);
        assert_eq!(after(2, 2, &[true]), CheckState::Pending);
    }

    #[test]
    fn what_went_stale_comes_back_by_the_same_threshold() {
        let mut thresholds = Thresholds::new(2, 2);
        thresholds.observe(true);
        assert_eq!(thresholds.observe(true), CheckState::Up);
        thresholds.expire();
        assert_eq!(thresholds.observe(true), CheckState::Down);
        assert_eq!(thresholds.observe(true), CheckState::Up);
    }

    proptest! {
        /// The state is what the last run of equal outcomes that reached its threshold said.
        #[test]
        fn the_state_follows_the_last_long_enough_streak(
            outcomes in proptest::collection::vec(any::<bool>(), 0..40),
            fail_after in 1_u32..5,
            pass_after in 1_u32..5,
        ) {
            let expected = outcomes
                .chunk_by(|left, right| left == right)
                .rev()
                .find_map(|streak| {
                    let length = streak.len() as u32;
                    match streak[0] {
                        true if length >= pass_after => Some(CheckState::Up),
                        false if length >= fail_after => Some(CheckState::Down),
                        _ => None,
                    }
                })
                .unwrap_or(CheckState::Pending);
            prop_assert_eq!(after(fail_after, pass_after, &outcomes), expected);
        }
    }
}
