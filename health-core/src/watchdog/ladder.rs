use std::fmt;
use std::time::Duration;

use crate::watchdog::Limits;

/// How often the watchdog looks, and asks each runtime for a sign of life. A stall is found up to this much late; ten a second
/// cost a thousandth of a core.
pub(crate) const TICK: Duration = Duration::from_millis(100);

/// A signal, and no more: a turn of the loop that a user waiting for a page may notice.
const LAGGING: Duration = Duration::from_millis(250);

/// No request that came now would be answered in the time that a probe waits (1 s, the kubelet's default): nothing should claim
/// on its behalf that all is well.
const LATE: Duration = Duration::from_secs(1);

/// Longer than the blocking call that somebody forgot (a DNS look-up with its usual time-out of 5 s, a file on a busy disk): from
/// here on others may take over its work.
const STALLED: Duration = Duration::from_secs(5);

/// No worker of a runtime turned for so long that only a deadlock is left as a reason: longer than TCP's, HTTP's and database
/// drivers' usual time-outs (30 s), for which a blocking call may wait.
pub(crate) const DEAD: Duration = Duration::from_secs(60);

/// While others turn, one stuck worker delays only what happens to be queued behind it: so many times the patience.
pub(crate) const PATIENCE_WITH_ONE: u32 = 5;

/// And never less, unless it was said: a worker under full load may show only every 61 to 244 polls that it gets on. At a limit
/// of 300 s these would have to take 1.2 s each; at one of 5 s, 20 ms, which a password hash may take.
pub(crate) const STUCK: Duration = Duration::from_secs(300);

/// The same patience for one piece of work under a pulse, where nothing else was said.
pub(crate) const OVERDUE: Duration = Duration::from_secs(300);

/// How late a runtime is. The rungs of one ladder.
///
/// | state | lag | what follows | why there |
/// |---|---|---|---|
/// | `Turning` | below 250 ms | | |
/// | `Lagging` | 250 ms | shown | a user who waits for a page may notice |
/// | `Late` | 1 s | shown; heartbeats are withheld | as long as the kubelet waits for a probe: nothing should claim that all is well |
/// | `Stalled` | 5 s, and nothing gave a sign | a warning in the log; others may take over | longer than the blocking call that somebody forgot, as a DNS look-up with its time-out of 5 s |
/// | `Dead` | [`Watchdog::stalled_after`](crate::Watchdog::stalled_after), 60 s, and nothing gave a sign | liveness fails | twice the usual time-outs of TCP, HTTP and database drivers (30 s), for which a blocking call may wait: only a deadlock is left |
///
/// A sign is a worker that parks, wakes or gets on, and, where one runtime is watched, a request that comes or goes.
///
/// A runtime that works through a long queue is late, and no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RuntimeState {
    /// Tasks run as soon as they are ready.
    #[default]
    Turning,
    /// Tasks wait for a quarter of a second and more.
    Lagging,
    /// Tasks wait for a second and more.
    Late,
    /// No task has run for five seconds.
    Stalled,
    /// No task has run for so long that liveness fails.
    Dead,
}

impl RuntimeState {
    /// The rung of a runtime that is that late, and in which nothing has turned for so long by now.
    pub(crate) fn of(lag: Duration, still: Duration, limits: &Limits) -> Self {
        if still >= limits.stalled_after {
            Self::Dead
        } else if still >= STALLED {
            Self::Stalled
        } else if lag >= LATE {
            Self::Late
        } else if lag >= LAGGING {
            Self::Lagging
        } else {
            Self::Turning
        }
    }

    /// The lower-case name, as it is used in events and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Turning => "turning",
            Self::Lagging => "lagging",
            Self::Late => "late",
            Self::Stalled => "stalled",
            Self::Dead => "dead",
        }
    }
}

impl fmt::Display for RuntimeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rung_begins_where_it_says() {
        let limits = crate::Watchdog::default().limits();
        let of = |lag: u64, still: u64| {
            let [lag, still] = [lag, still].map(Duration::from_millis);
            RuntimeState::of(lag, still, &limits)
        };
        for (at, state) in [
            (0, RuntimeState::Turning),
            (250, RuntimeState::Lagging),
            (1_000, RuntimeState::Late),
            (5_000, RuntimeState::Stalled),
            (60_000, RuntimeState::Dead),
        ] {
            assert_eq!(of(at, at), state);
            assert!(at == 0 || of(at - 1, at - 1) < state);
            assert!(of(at, 0) <= RuntimeState::Late, "it turns");
        }
    }
}
