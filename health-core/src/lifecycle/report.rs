use std::fmt;
use std::time::Duration;

use crate::lifecycle::given_up::{counted, named};
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
    /// How much shorter the lame duck was for time that [maintenance](crate::Health::begin_drain) had spent not ready before the signal.
    pub credit: Duration,
    /// Requests, and other [`Hold`](crate::Hold)s, that were still in flight when it was given up, and were ended.
    pub remaining: usize,
    /// Connections of a `TrackedListener` that were still open then, and were ended: those of the requests, upgraded ones, and those
    /// of clients that did not read what they had asked for. Others are not counted.
    pub connections: usize,
    /// Those of them that have a name, the oldest first, 100 at most: [`Hold`](crate::Hold)s, and requests that went through a layer and
    /// waited for something.
    pub unfinished: Vec<Unfinished>,
    /// Those connections, the oldest first, 100 at most.
    pub open_connections: Vec<Unfinished>,
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
            let left = counted(self.remaining, self.connections);
            let names = named(&self.unfinished, &self.open_connections);
            write!(
                f,
                "gave up {total:.1} s after {trigger}: {left}, and the server {server} ended{names}"
            )?;
        }
        if !self.credit.is_zero() {
            let credit = self.credit.as_secs_f64();
            write!(
                f,
                " ({credit:.1} s of the lame duck had passed in maintenance before)"
            )?;
        }
        if self.forced {
            f.write_str(" (a second signal cut it short)")?;
        }
        Ok(())
    }
}
