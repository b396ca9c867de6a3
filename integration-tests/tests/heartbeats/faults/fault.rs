use std::time::Duration;

use super::member::FAKETIME;
use super::plan::Plan;

/// Something that goes wrong for all members of a stage at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Zombie,
    Blocked,
    Briefly,
    Deadlock,
    LeaderKilled,
    MemberCut,
    LeaderCut,
    Loss(u32),
    Clock,
    QuorumLost,
    LeaderFrozen,
    /// By somebody who may, or by a bug.
    Revoked,
}

impl Fault {
    /// Why it can't be brought about here.
    pub(crate) async fn missing(self) -> Option<String> {
        match self {
            _ if self.needs_rooms() => integration_tests::lan::Lan::missing().await,
            Self::Clock if FAKETIME.is_none() => Some("faketime is not installed".to_owned()),
            _ => None,
        }
    }

    /// Cables can be cut there.
    pub(crate) fn needs_rooms(self) -> bool {
        matches!(self, Self::MemberCut | Self::LeaderCut | Self::Loss(_))
    }

    pub(crate) fn servers(self) -> usize {
        match self {
            Self::Zombie | Self::Blocked | Self::Briefly | Self::Deadlock => 1,
            Self::Clock | Self::Revoked => 1,
            _ => 3,
        }
    }

    /// Nothing in the member can look at a clock meanwhile.
    pub(crate) fn freezes(self) -> bool {
        self == Self::Zombie
    }

    /// The members are killed at the end, to see that the list still loses them.
    pub(crate) fn then_killed(self) -> bool {
        self == Self::LeaderKilled
    }

    /// There is nothing that could be taken back.
    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::Deadlock | Self::LeaderKilled)
    }

    pub(crate) fn watch(self, plan: &Plan) -> Duration {
        let seconds = match self {
            Self::Loss(_) => return plan.loss,
            // What is never removed is watched for three TTLs.
            Self::Blocked | Self::Deadlock => 31,
            Self::QuorumLost => 20,
            Self::LeaderFrozen => 15,
            Self::LeaderCut => 10,
            Self::Revoked => 4,
            _ => 14,
        };
        Duration::from_secs(seconds)
    }

    /// After it was taken back, or the member killed.
    pub(crate) fn watch_afterwards(self) -> Duration {
        let seconds = match self {
            // A TTL, and an election before it.
            Self::LeaderKilled => 14,
            // Either may still do harm.
            Self::Clock => 14,
            Self::LeaderFrozen | Self::LeaderCut => 10,
            // What was queued is answered.
            _ => 1,
        };
        Duration::from_secs(seconds)
    }
}
