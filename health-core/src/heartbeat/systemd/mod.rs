//! The service manager: ready, alive, stopping.

#[cfg(unix)]
mod service;
#[cfg(unix)]
mod socket;
#[cfg(unix)]
mod words;

#[cfg(not(unix))]
mod nowhere;

#[cfg(not(unix))]
pub use nowhere::{Systemd, SystemdSession};
#[cfg(unix)]
pub use service::{Systemd, SystemdSession};
