use std::error::Error;
use std::fmt;

/// The exit codes of `grpc_health_probe`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Code {
    Healthy = 0,
    Arguments = 1,
    Connection = 2,
    Request = 3,
    Unhealthy = 4,
}

/// Why a target is not healthy, or not known to be, and what to do, in one line.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: Code,
    what: String,
    fix: String,
}

impl Failure {
    pub(crate) fn new(code: Code, what: impl Into<String>, fix: impl Into<String>) -> Self {
        let (what, fix) = (what.into(), fix.into());
        Self { code, what, fix }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what, self.fix)
    }
}

/// An error with what is behind it: hyper's own say little.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
