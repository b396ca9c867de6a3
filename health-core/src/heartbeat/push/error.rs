use std::fmt;

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
        match &self.problems[..] {
            [one] => write!(f, "the dead man's switch can't be set up: {one}"),
            several => {
                let count = several.len();
                write!(
                    f,
                    "the dead man's switch can't be set up, {count} problems:"
                )?;
                several
                    .iter()
                    .try_for_each(|problem| write!(f, "\n- {problem}"))
            }
        }
    }
}

impl fmt::Debug for PushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
