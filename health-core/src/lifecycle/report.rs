use std::fmt;
use std::iter::repeat;
use std::time::Duration;

use crate::traffic::Unfinished;

/// What began a shutdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Trigger {
    /// SIGTERM, as orchestrators send it; on Windows, the events for closing and shutting down.
    Terminate,
    /// SIGINT: ctrl-c. On a terminal it skips the lame duck, since nobody balances load to a terminal.
    Interrupt,
    /// [`Health::shutdown`](crate::Health::shutdown) was called.
    Requested,
    /// The server ended by itself.
    ServerEnded,
}

impl Trigger {
    /// The name, as it is used in events and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Terminate => "SIGTERM",
            Self::Interrupt => "SIGINT",
            Self::Requested => "a call of shutdown()",
            Self::ServerEnded => "the end of the server",
        }
    }
}

/// So many are named in one line.
const SAID: usize = 10;

/// How a shutdown went, from [`Health::run`](crate::Health::run). `Display` gives one line for a log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DrainReport {
    /// What began it.
    pub trigger: Trigger,
    /// From the signal until the service stopped accepting.
    pub lame_duck: Duration,
    /// From then until everything had ended, or was given up.
    pub closing: Duration,
    /// Requests, and other [`Hold`](crate::Hold)s, that were still in flight when it was given up, and were ended.
    pub remaining: usize,
    /// Connections of a `TrackedListener` that were still open then, and were ended: those of the requests, upgraded ones, and those
    /// of clients that did not read what they had asked for. Others are not counted.
    pub connections: usize,
    /// Those requests that a layer knows by name and that waited for something, the oldest first, 100 at most.
    pub unfinished: Vec<Unfinished>,
    /// Whether the server had ended. If not, connections were still open.
    pub server_ended: bool,
    /// Whether a second signal ended it early.
    pub forced: bool,
}

impl DrainReport {
    /// Whether nothing was lost: nothing in flight, no connection open, and the server had ended.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.remaining == 0 && self.connections == 0 && self.server_ended
    }
}

impl fmt::Display for DrainReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let trigger = self.trigger.name();
        let total = (self.lame_duck + self.closing).as_secs_f64();
        let closing = self.closing.as_secs_f64();
        if self.is_clean() {
            write!(
                f,
                "drained {total:.1} s after {trigger}, {closing:.1} s of it closing; nothing was left"
            )?;
        } else {
            let server = if self.server_ended { "had" } else { "had not" };
            let open = match self.connections {
                0 => String::new(),
                1 => ", 1 connection open".to_owned(),
                many => format!(", {many} connections open"),
            };
            write!(
                f,
                "gave up {total:.1} s after {trigger}: {} still in flight{open}, and the server {server} ended",
                self.remaining
            )?;
            for (one, between) in self
                .unfinished
                .iter()
                .take(SAID)
                .zip([": "].into_iter().chain(repeat(", ")))
            {
                write!(f, "{between}{one}")?;
            }
            if self.unfinished.len() > SAID {
                f.write_str(", …")?;
            }
        }
        if self.forced {
            f.write_str(" (a second signal cut it short)")?;
        }
        Ok(())
    }
}
