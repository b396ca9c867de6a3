use std::time::Duration;

use crate::heartbeat::pace::BEATS_PER_LEASE;

/// How a heartbeat beats.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) name: String,
    pub(crate) every: Duration,
    /// Percent.
    pub(crate) jitter: u8,
    pub(crate) ttl: Duration,
    pub(super) ack_timeout: Option<Duration>,
    pub(super) withhold_after: Option<Duration>,
    pub(super) revoke_after: Option<Duration>,
    pub(crate) required: bool,
    pub(crate) unearned: bool,
}

const SECOND: Duration = Duration::from_secs(1);

impl Settings {
    pub(crate) fn new() -> Self {
        Self {
            name: default_name(),
            every: SECOND,
            jitter: 10,
            ttl: 10 * SECOND,
            ack_timeout: None,
            withhold_after: None,
            revoke_after: None,
            required: false,
            unearned: false,
        }
    }

    pub(crate) fn set_ack_timeout(&mut self, limit: Duration) {
        self.ack_timeout = Some(limit);
    }

    pub(crate) fn set_withhold_after(&mut self, limit: Duration) {
        self.withhold_after = Some(limit);
    }

    pub(crate) fn set_revoke_after(&mut self, limit: Duration) {
        self.revoke_after = Some(limit);
    }

    /// Short of the TTL, so that what is not answered can be tried again.
    pub(crate) fn ack_timeout(&self) -> Duration {
        self.ack_timeout
            .unwrap_or_else(|| SECOND.min(self.ttl / BEATS_PER_LEASE))
    }

    /// How long is waited for the answer to a leave. Who does not leave is forgotten with its TTL, so that no end of a process has to wait for
    /// a coordinator that is away.
    pub(crate) fn to_leave(&self) -> Duration {
        3 * self.ack_timeout()
    }

    pub(crate) fn withhold_after(&self) -> Duration {
        self.withhold_after.unwrap_or(SECOND)
    }

    pub(crate) fn revoke_after(&self) -> Duration {
        self.revoke_after
            .unwrap_or_else(|| (5 * SECOND).max(self.ttl / 2))
    }
}

/// The host and the process: of a pod, its name, since that is its host's.
fn default_name() -> String {
    let process = std::process::id();
    #[cfg(unix)]
    let host = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    #[cfg(not(unix))]
    let host = std::env::var("COMPUTERNAME").unwrap_or_default();
    let host: String = host.chars().filter(char::is_ascii_graphic).collect();
    let host = if host.is_empty() { "member" } else { &host };
    let room = 100 - 12;
    format!("{}-{process}", &host[..host.len().min(room)])
}
