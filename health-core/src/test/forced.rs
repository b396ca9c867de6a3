use crate::check::Outcome;

/// How a check is to end, until it is let go.
#[derive(Debug)]
pub(crate) enum Forced {
    Says(Outcome),
    TimesOut,
}
