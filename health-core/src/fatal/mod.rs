//! The signal of errors that the application calls fatal: not a check, but something that just happened.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

/// For how long a fatal error keeps readiness down, where it isn't cleared before.
const HOLDS: Duration = Duration::from_secs(60);

/// More names than this are not told apart, and count as one: a name that is made from data must not fill memory.
const MOST: usize = 32;
const OTHERS: &str = "others";

/// An error that the application reported as fatal, as a [`Snapshot`](crate::Snapshot) shows it.
#[derive(Clone, Debug)]
pub struct FatalReport {
    name: Cow<'static, str>,
    reason: String,
    at: Instant,
}

impl FatalReport {
    /// The name under which it was reported.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What was wrong.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// How long ago it was last reported.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.at.elapsed()
    }
}

/// The fatal errors that still count, at most one for each name. A clone shares them until the next change.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fatals(Arc<Vec<FatalReport>>);

impl Fatals {
    /// `false` if the same was already known under this name; it then holds from now on.
    pub(crate) fn report(&mut self, name: Cow<'static, str>, reason: String, at: Instant) -> bool {
        let same = |fatal: &&mut FatalReport| fatal.name == name && fatal.reason == reason;
        if let Some(known) = self.all().iter_mut().find(same) {
            known.at = at;
            return false;
        }
        self.clear(&name);
        let name = if self.0.len() >= MOST {
            OTHERS.into()
        } else {
            name
        };
        self.clear(&name);
        self.all().push(FatalReport { name, reason, at });
        true
    }

    /// `false` if there was none of that name.
    pub(crate) fn clear(&mut self, name: &str) -> bool {
        let before = self.0.len();
        if self.0.iter().any(|fatal| fatal.name == name) {
            self.all().retain(|fatal| fatal.name != name);
        }
        self.0.len() < before
    }

    pub(crate) fn expire(&mut self, now: Instant) {
        if self.first_end().is_some_and(|end| end <= now) {
            self.all().retain(|fatal| fatal.at + HOLDS > now);
        }
    }

    /// When the next one expires.
    pub(crate) fn first_end(&self) -> Option<Instant> {
        self.0.iter().map(|fatal| fatal.at + HOLDS).min()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &FatalReport> {
        self.0.iter()
    }

    fn all(&mut self) -> &mut Vec<FatalReport> {
        Arc::make_mut(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn each_name_holds_from_its_last_report() {
        let start = Instant::now();
        let mut fatals = Fatals::default();
        fatals.report("disk".into(), "full".to_owned(), start);
        fatals.report("disk".into(), "full".to_owned(), start + 30 * SECOND);
        fatals.expire(start + 89 * SECOND);
        assert_eq!(fatals.iter().count(), 1);
        assert_eq!(fatals.first_end(), Some(start + 90 * SECOND));
        fatals.expire(start + 90 * SECOND);
        assert!(fatals.is_empty());
    }

    #[test]
    fn made_up_names_are_bounded_and_none_is_forgotten() {
        let mut fatals = Fatals::default();
        for number in 0..1000 {
            fatals.report(format!("{number}").into(), String::new(), Instant::now());
        }
        assert_eq!(fatals.iter().count(), MOST + 1);
        for number in 0..1000 {
            fatals.clear(&format!("{number}"));
        }
        let left: Vec<_> = fatals.iter().map(FatalReport::name).collect();
        assert_eq!(
            left,
            [OTHERS],
            "what was not told apart can't be cleared by a name"
        );
    }
}
