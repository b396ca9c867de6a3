use std::fmt;

use serde::{Deserialize, Serialize};

/// What clients have seen of a service: how many requests ended how, and how long answers took.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Seen {
    /// As asked.
    pub right: usize,
    /// Answered with success, and not what was asked.
    pub wrong: usize,
    /// 5xx, or an error of gRPC.
    pub errors: usize,
    /// 503 with `retry-after`, or `RESOURCE_EXHAUSTED`.
    pub sheds: usize,
    /// No answer within 2 s.
    pub late: usize,
    /// No connection, or one that broke off.
    pub broken: usize,
    /// Requests that were due while as many as may be were under way: they were never sent.
    pub unsent: usize,
    /// How long the answers that were right took, in microseconds.
    pub micros: Vec<u32>,
}

impl Seen {
    /// Everything that was due.
    #[must_use]
    pub fn due(&self) -> usize {
        let answered = self.right + self.wrong + self.errors + self.sheds;
        answered + self.late + self.broken + self.unsent
    }

    /// Whether something else came than was asked, or nothing.
    #[must_use]
    pub fn amiss(&self) -> usize {
        self.due() - self.right
    }

    /// One more repetition.
    pub fn add(&mut self, more: Self) {
        self.right += more.right;
        self.wrong += more.wrong;
        self.errors += more.errors;
        self.sheds += more.sheds;
        self.late += more.late;
        self.broken += more.broken;
        self.unsent += more.unsent;
        self.micros.extend(more.micros);
    }

    /// Of a hundred right answers, so many took no longer than this, in milliseconds.
    #[must_use]
    pub fn millis(&self, percent: usize) -> Option<f64> {
        let mut micros = self.micros.clone();
        let at = (micros.len() * percent).div_ceil(100).max(1) - 1;
        (at < micros.len()).then(|| f64::from(*micros.select_nth_unstable(at).1) / 1e3)
    }
}

/// As `17.1 % errors, 0.2 % late`, or `all answered`.
impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [
            (self.wrong, "wrong"),
            (self.errors, "errors"),
            (self.sheds, "shed"),
            (self.late, "late"),
            (self.broken, "broken off"),
            (self.unsent, "not sent"),
        ];
        let share = |count: usize| 100.0 * count as f64 / self.due() as f64;
        let shares: Vec<_> = kinds
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{:.1} % {what}", share(*count)))
            .collect();
        match shares[..] {
            [] => f.write_str("all answered"),
            _ => f.write_str(&shares.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_went_amiss_and_how_long_the_rest_took() {
        let mut seen = Seen {
            right: 3,
            micros: vec![3000, 1000, 2000],
            ..Seen::default()
        };
        assert_eq!(seen.to_string(), "all answered");
        assert_eq!((seen.millis(50), seen.millis(95)), (Some(2.0), Some(3.0)));
        seen.add(Seen {
            errors: 1,
            ..Seen::default()
        });
        assert_eq!(seen.to_string(), "25.0 % errors");
        assert_eq!((seen.due(), seen.amiss()), (4, 1));
        assert_eq!(Seen::default().millis(50), None);
    }
}
