//! What every loop that accepts must know about errors.

use std::io;
use std::time::Duration;

/// After an error. What is short, as file descriptors are, is short for a while; trying at once would take a whole core.
pub(crate) const PAUSE: Duration = Duration::from_millis(100);
/// How often the same trouble is worth a line.
pub(crate) const SAY_AGAIN: Duration = Duration::from_secs(60);

/// Whether it is the client's doing, and over.
pub(crate) fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}
