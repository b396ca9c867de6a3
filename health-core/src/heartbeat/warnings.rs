use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Which warnings were told of late, so that one that comes and goes does not fill a log. Pure: time is handed in.
#[derive(Debug, Default)]
pub(crate) struct Warnings(VecDeque<(String, Instant)>);

const AGAIN: Duration = Duration::from_secs(3600);
/// A backend has a few. Where it makes up new ones, as with a number in them, none is told more often for it.
const MOST: usize = 8;

impl Warnings {
    /// Whether to tell it, and notes that it was told.
    pub(crate) fn is_new(&mut self, now: Instant, warning: &str) -> bool {
        self.0.retain(|(_, told)| now.duration_since(*told) < AGAIN);
        let told = self.0.iter().any(|(known, _)| known == warning);
        if told || self.0.len() == MOST {
            return false;
        }
        self.0.push_back((warning.to_owned(), now));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_told_once_an_hour_and_no_more_than_eight_are() {
        let (mut warnings, now) = (Warnings::default(), Instant::now());
        assert!(warnings.is_new(now, "full"));
        assert!(!warnings.is_new(now + AGAIN / 2, "full"));
        assert!(warnings.is_new(now + AGAIN / 2, "old"));
        assert!(warnings.is_new(now + AGAIN, "full"), "an hour later");
        assert!(!warnings.is_new(now + AGAIN, "old"));
        let new = (0..100).filter(|number| warnings.is_new(now + AGAIN, &number.to_string()));
        assert_eq!(new.count(), MOST - 2);
    }
}
