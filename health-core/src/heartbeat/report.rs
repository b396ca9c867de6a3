use std::fmt;
use std::time::Duration;

/// Where a heartbeat stands with its coordinator.
///
/// | state | member? | what follows |
/// |---|---|---|
/// | `Joining` | no | asks to join, again and again |
/// | `Member` | yes | beats |
/// | `Withheld` | until the fence | the last beat was not earned: no runtime has turned for a second; it beats again once one does |
/// | `Stalled` | no | nothing has moved for five seconds: membership was given back, and it joins again once something does |
/// | `Fenced` | no | no beat was acked in time, or the coordinator has no such member any more: it joins again, as another incarnation |
/// | `Left` | no | the service drained, or there is no `Health` any more; for good |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeartbeatState {
    /// Not a member yet, and asking to be.
    Joining,
    /// A member.
    Member,
    /// A member, until its fence falls: nothing has earned the last beat.
    Withheld,
    /// Membership was given back, since nothing in the application moves.
    Stalled,
    /// No longer a member: the lease may have ended on the other side.
    Fenced,
    /// Left for good.
    Left,
}

impl HeartbeatState {
    /// The lower-case name, as it is used in events and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Joining => "joining",
            Self::Member => "member",
            Self::Withheld => "withheld",
            Self::Stalled => "stalled",
            Self::Fenced => "fenced",
            Self::Left => "left",
        }
    }
}

impl fmt::Display for HeartbeatState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One heartbeat as a [`Snapshot`](crate::Snapshot) shows it.
#[derive(Clone, Debug)]
pub struct HeartbeatReport {
    pub(crate) name: String,
    pub(crate) backend: String,
    pub(crate) local: bool,
    pub(crate) state: HeartbeatState,
    pub(crate) required: bool,
    pub(crate) every: Duration,
    pub(crate) incarnation: u64,
    pub(crate) last_ack: Option<Duration>,
    pub(crate) totals: Totals,
    pub(crate) rtt: Option<Duration>,
    pub(crate) rtt_p99: Duration,
    pub(crate) problem: Option<String>,
    pub(crate) warning: Option<String>,
}

/// Counted since the start, over all incarnations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) sent: u64,
    pub(crate) acked: u64,
    pub(crate) withheld: u64,
    pub(crate) failed: u64,
}

/// As many beats without an ack are a sign of a network that is lost.
const UNACKED: u32 = 2;

impl HeartbeatReport {
    /// Whether some were acked, none is of late, and it is not decided yet what has become of membership. Once a fence has fallen, that is known,
    /// and explains nothing more: a coordinator that stays away must not hide anything.
    pub(crate) fn are_unacked(all: &[Self]) -> bool {
        let mut members = all
            .iter()
            .filter(|report| report.last_ack.is_some() && !report.local)
            .peekable();
        members.peek().is_some()
            && members.all(|report| {
                let undecided = matches!(
                    report.state,
                    HeartbeatState::Member | HeartbeatState::Withheld
                );
                let late = report.every.saturating_mul(UNACKED);
                undecided && report.last_ack.is_some_and(|age| age > late)
            })
    }

    /// The name of the member.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it beats to.
    #[must_use]
    pub fn backend(&self) -> &str {
        &self.backend
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> HeartbeatState {
        self.state
    }

    /// Whether readiness needs it: [`Heartbeat::required`](crate::Heartbeat::required).
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.required
    }

    /// The last attempt to join, from 1; 0 before the first.
    #[must_use]
    pub fn incarnation(&self) -> u64 {
        self.incarnation
    }

    /// How long ago the last answer came; `None` before the first.
    #[must_use]
    pub fn last_ack(&self) -> Option<Duration> {
        self.last_ack
    }

    /// Beats that were sent, without requests to join.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.totals.sent
    }

    /// Beats that were answered in time.
    #[must_use]
    pub fn acked(&self) -> u64 {
        self.totals.acked
    }

    /// Beats that were due, and that nothing had earned.
    #[must_use]
    pub fn withheld(&self) -> u64 {
        self.totals.withheld
    }

    /// Beats, and requests to join, that were refused, or not answered in time.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.totals.failed
    }

    /// From the last beat that was answered to its answer.
    #[must_use]
    pub fn rtt(&self) -> Option<Duration> {
        self.rtt
    }

    /// All but one in a hundred of the last 128 round trips were not longer than this; zero before the first.
    #[must_use]
    pub fn rtt_p99(&self) -> Duration {
        self.rtt_p99
    }

    /// What last went wrong, in at most 256 bytes; `None` once a beat has been acked since. It may hold addresses: for logs, and for
    /// those who may see details.
    #[must_use]
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// What its backend found that works, and should be known, as a version of the coordinator that is known to lose leases; in at most 256
    /// bytes. `None` if nothing.
    #[must_use]
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn report(state: HeartbeatState, last_ack: Option<u32>) -> HeartbeatReport {
        HeartbeatReport {
            name: "orders-1".to_owned(),
            backend: "in-memory".to_owned(),
            local: false,
            state,
            required: false,
            every: SECOND,
            incarnation: 1,
            last_ack: last_ack.map(|millis| millis * SECOND / 1000),
            totals: Totals::default(),
            rtt: None,
            rtt_p99: Duration::ZERO,
            problem: None,
            warning: None,
        }
    }

    #[test]
    fn acks_are_missed_after_two_beats_and_until_the_fence() {
        use HeartbeatState::{Fenced, Joining, Left, Member, Stalled, Withheld};
        let unacked = HeartbeatReport::are_unacked;
        assert!(!unacked(&[]), "who has none misses none");
        assert!(!unacked(&[report(Member, Some(2000))]));
        for state in [Member, Withheld] {
            assert!(unacked(&[report(state, Some(2001))]), "{state}");
        }
        for state in [Fenced, Joining, Left, Stalled] {
            assert!(!unacked(&[report(state, Some(9000))]), "{state}");
        }
        let never = report(Joining, None);
        assert!(!unacked(std::slice::from_ref(&never)), "it may never come");
        let lost = report(Member, Some(3000));
        assert!(unacked(&[never, lost.clone()]));
        let heard = report(Member, Some(10));
        let mut local = heard.clone();
        local.local = true;
        assert!(unacked(&[lost.clone(), local]), "no network is in that");
        assert!(!unacked(&[lost, heard]), "the network is there");
    }
}
