use std::fmt;

use crate::error::say_all;

/// Why [`EtcdBuilder::build`](crate::heartbeat::EtcdBuilder::build) refused, with every problem at once.
///
/// `Debug` prints the same text as `Display`, since that is what `fn main() -> Result<…>` shows. No secret is part of it.
pub struct EtcdError(pub(super) Vec<String>);

impl EtcdError {
    /// One line for each problem.
    pub fn problems(&self) -> impl ExactSizeIterator<Item = &str> + '_ {
        self.0.iter().map(String::as_str)
    }
}

impl std::error::Error for EtcdError {}

impl fmt::Display for EtcdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        say_all(f, "etcd is refused", &self.0)
    }
}

impl fmt::Debug for EtcdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
