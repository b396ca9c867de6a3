use std::fmt;

/// Why a [`Synthetic`](crate::Synthetic) could not be started, with every problem at once.
///
/// `Debug` prints the same text as `Display`, since that is what `fn main() -> Result<…>` shows.
pub struct SyntheticError {
    problems: Vec<String>,
}

impl SyntheticError {
    pub(crate) fn new(problems: Vec<String>) -> Self {
        Self { problems }
    }

    /// One line for each problem.
    pub fn problems(&self) -> impl ExactSizeIterator<Item = &str> + '_ {
        self.problems.iter().map(String::as_str)
    }
}

impl std::error::Error for SyntheticError {}

impl fmt::Display for SyntheticError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problems[..] {
            [one] => write!(f, "the synthetic probe can't start: {one}"),
            several => {
                let count = several.len();
                write!(f, "the synthetic probe can't start, {count} problems:")?;
                several
                    .iter()
                    .try_for_each(|problem| write!(f, "\n- {problem}"))
            }
        }
    }
}

impl fmt::Debug for SyntheticError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
