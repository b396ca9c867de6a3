use std::fmt;

use crate::error::say_all;

/// Why a [`Push`](crate::heartbeat::Push) could not be built, with every problem at once. No URL, token or header is quoted.
///
/// `Debug` prints the same text as `Display`, since that is what `fn main() -> Result<…>` shows.
pub struct PushError {
    problems: Vec<String>,
}

impl PushError {
    pub(super) fn new(problems: Vec<String>) -> Self {
        Self { problems }
    }

    /// One line for each problem.
    pub fn problems(&self) -> impl ExactSizeIterator<Item = &str> + '_ {
        self.problems.iter().map(String::as_str)
    }
}

impl std::error::Error for PushError {}

impl fmt::Display for PushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        say_all(f, "the dead man's switch can't be set up", &self.problems)
    }
}

impl fmt::Debug for PushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
