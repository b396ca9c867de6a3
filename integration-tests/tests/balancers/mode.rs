//! Which server, and how it ends.

use std::fmt;
use std::time::Duration;

/// Which server, and what SIGTERM does to it: arguments of `rolling_host`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mode {
    pub(crate) server: &'static str,
    pub(crate) ending: &'static [&'static str],
}

/// Scaled down: the balancers look every 200 ms, and the longest work takes 2.5 s.
pub(crate) const LAME_DUCK: Duration = Duration::from_millis(1500);

pub(crate) const ABRUPT: &[&str] = &["abrupt"];
pub(crate) const OWN: &[&str] = &["own"];
/// The deadline is beyond anybody's patience.
pub(crate) const HEALTH: &[&str] = &["health", "1500", "60000"];

impl Mode {
    /// tonic doesn't let HTTP become anything else.
    pub(crate) fn upgrades(self) -> bool {
        self.server == "axum"
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.ending, self.server) {
            (ABRUPT, _) => f.write_str("(a) none"),
            (OWN, server) => write!(f, "(b) {server}'s own"),
            (_, server) => write!(f, "(c) health-tower on {server}"),
        }
    }
}
