use std::fmt;

use crate::paths::Target;

/// Why a [`HealthLayer`](crate::HealthLayer) could not be built, with every problem at once.
///
/// `Debug` prints the same text as `Display`, since that is what `fn main() -> Result<…>` shows.
pub struct LayerError {
    problems: Vec<Problem>,
}

impl LayerError {
    pub(crate) fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }

    /// More problems, beside those that there may be.
    pub(crate) fn and<T>(
        result: Result<T, Self>,
        more: impl IntoIterator<Item = String>,
    ) -> Result<T, Self> {
        let mut more = more.into_iter().map(Problem::Other).peekable();
        if more.peek().is_none() {
            return result;
        }
        let mut problems = result.err().map(|error| error.problems).unwrap_or_default();
        problems.extend(more);
        Err(Self { problems })
    }

    /// One line for each problem.
    pub fn problems(&self) -> impl ExactSizeIterator<Item = String> + '_ {
        self.problems.iter().map(ToString::to_string)
    }
}

impl std::error::Error for LayerError {}

impl fmt::Display for LayerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problems[..] {
            [one] => write!(f, "the health layer can't be built: {one}"),
            several => {
                write!(
                    f,
                    "the health layer can't be built, {} problems:",
                    several.len()
                )?;
                several
                    .iter()
                    .try_for_each(|problem| write!(f, "\n- {problem}"))
            }
        }
    }
}

impl fmt::Debug for LayerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[derive(Debug)]
pub(crate) enum Problem {
    Nothing,
    Other(String),
    Impossible {
        target: Target,
        path: String,
        why: &'static str,
    },
    Twice {
        path: String,
        targets: [Target; 2],
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str(
                "there is no probe path; name one with `ProbePaths::none().ready(\"/…\")`",
            ),
            Self::Other(why) => f.write_str(why),
            Self::Impossible { target, path, why } => write!(f, "the {target} path {path:?} {why}"),
            Self::Twice {
                path,
                targets: [one, other],
            } => write!(
                f,
                "{path:?} is the path of {one} and of {other}; each question needs a path of its own"
            ),
        }
    }
}
