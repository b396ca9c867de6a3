use std::fmt::{Display, Write as _};

/// A reason is kept in memory and logged; an error that holds a whole page must not be.
const MAX_REASON: usize = 1024;

/// What one run of a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// All is well.
    Pass,
    /// It works, but somebody should look. Counts as a pass.
    Warn(String),
    /// It does not work, and why.
    Fail(String),
}

impl Outcome {
    /// A failure with the given reason, cut at 1 KiB.
    #[must_use]
    pub fn fail(reason: impl Display) -> Self {
        Self::Fail(bounded(&reason))
    }

    /// A warning with the given reason, cut at 1 KiB.
    #[must_use]
    pub fn warn(reason: impl Display) -> Self {
        Self::Warn(bounded(&reason))
    }

    /// Whether the run counts as a success: [`Pass`](Self::Pass) and [`Warn`](Self::Warn) do.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        !matches!(self, Self::Fail(_))
    }

    /// Why it warned or failed.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Pass => None,
            Self::Warn(reason) | Self::Fail(reason) => Some(reason),
        }
    }

    /// The lower-case name, as it is used in events and reports.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn(_) => "warn",
            Self::Fail(_) => "fail",
        }
    }
}

/// What a check may return.
///
/// Implemented for [`Outcome`], `bool` (`false` fails), `()` (passes), and `Result<T, E>` where `T` is itself an
/// outcome and `E` can be displayed. Errors are formatted with `{:#}`, so that an `anyhow::Error` shows its causes.
///
/// ```
/// use health_core::{IntoOutcome, Outcome};
///
/// assert_eq!(true.into_outcome(), Outcome::Pass);
/// let error: Result<(), &str> = Err("no route to host");
/// assert_eq!(error.into_outcome(), Outcome::fail("no route to host"));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether a health check passed",
    label = "not an outcome",
    note = "a check returns `bool`, `Result<(), E>` where `E: Display`, or `health_tower::Outcome`",
    note = "if it is a future, make the function `async`"
)]
pub trait IntoOutcome {
    /// Turns the value into an [`Outcome`].
    fn into_outcome(self) -> Outcome;
}

impl IntoOutcome for Outcome {
    fn into_outcome(self) -> Outcome {
        match self {
            Self::Pass => Self::Pass,
            Self::Warn(reason) => Self::warn(reason),
            Self::Fail(reason) => Self::fail(reason),
        }
    }
}

impl IntoOutcome for () {
    fn into_outcome(self) -> Outcome {
        Outcome::Pass
    }
}

impl IntoOutcome for bool {
    fn into_outcome(self) -> Outcome {
        if self {
            Outcome::Pass
        } else {
            Outcome::fail("returned false")
        }
    }
}

impl<T: IntoOutcome, E: Display> IntoOutcome for Result<T, E> {
    fn into_outcome(self) -> Outcome {
        match self {
            Ok(value) => value.into_outcome(),
            Err(error) => Outcome::fail(error),
        }
    }
}

/// Formats into at most [`MAX_REASON`] bytes, without building the rest first.
fn bounded(reason: &dyn Display) -> String {
    struct Bounded(String);

    impl std::fmt::Write for Bounded {
        fn write_str(&mut self, part: &str) -> std::fmt::Result {
            let room = MAX_REASON - self.0.len();
            if part.len() <= room {
                self.0.push_str(part);
                return Ok(());
            }
            self.0.push_str(&part[..floor_char_boundary(part, room)]);
            Err(std::fmt::Error)
        }
    }

    let mut out = Bounded(String::new());
    let cut = write!(out, "{reason:#}").is_err();
    let mut text = out.0;
    if cut {
        text.push('…');
    }
    text
}

/// The last character boundary at or before `index`. (`str::floor_char_boundary` needs Rust 1.91.)
pub(crate) fn floor_char_boundary(text: &str, index: usize) -> usize {
    (0..=index.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_huge_error_is_cut_at_a_character() {
        let outcome = Outcome::fail("é".repeat(1_000_000));
        let reason = outcome.reason().unwrap();
        assert!(reason.len() <= MAX_REASON + '…'.len_utf8());
        assert!(reason.ends_with("é…"));
    }

    #[test]
    fn an_outcome_made_by_hand_is_cut_as_well() {
        let outcome = Outcome::Fail("x".repeat(5000)).into_outcome();
        assert!(outcome.reason().unwrap().len() < 1100);
    }

    #[test]
    fn an_error_whose_display_fails_does_not_panic() {
        struct Broken;
        impl Display for Broken {
            fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                Err(std::fmt::Error)
            }
        }
        assert_eq!(Outcome::fail(Broken).reason(), Some("…"));
    }

    #[test]
    fn a_result_of_a_bool_is_the_bool() {
        assert!(!Ok::<_, String>(false).into_outcome().is_success());
        assert!(Ok::<_, String>(true).into_outcome().is_success());
    }
}
