use std::fmt;
use std::time::Duration;

/// Something that was in flight, or a connection that was open, when a drain gave up: what it was, and for how long it had been there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    pub(crate) what: String,
    pub(crate) age: Duration,
}

impl Unfinished {
    /// Of a request, the method and the path, as it came, without the query: `GET /orders/7`. It may hold what a log should not, as a
    /// token in a path does. "a response" is one that was there at once, was said to be short, and still did not end.
    ///
    /// "a hold", or [its name](crate::Hold::named); "a connection", or "a connection from 10.0.0.7:51234".
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Since it first had to wait for something; a hold and a connection, since they began.
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
