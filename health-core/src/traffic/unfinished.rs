use std::fmt;
use std::time::Duration;

/// Something that was in flight and had not ended when a drain gave up: what it was, and for how long it had been there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    pub(crate) what: String,
    pub(crate) age: Duration,
}

impl Unfinished {
    /// The method and the path, as it came, without the query: `GET /orders/7`. It may hold what a log should not, as a token in a
    /// path does. "a response" is one that was short and still did not end.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Since it first had to wait for something.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.age
    }
}

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} for {:.1} s", self.what, self.age.as_secs_f64())
    }
}
