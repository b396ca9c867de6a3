use std::fmt;

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
        match &self.0[..] {
            [one] => write!(f, "etcd is refused: {one}"),
            several => {
                write!(f, "etcd is refused, {} problems:", several.len())?;
                several
                    .iter()
                    .try_for_each(|problem| write!(f, "\n- {problem}"))
            }
        }
    }
}

impl fmt::Debug for EtcdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
