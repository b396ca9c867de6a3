use std::time::Duration;

use integration_tests::etcd::Cluster;
use rustix::process::Signal;

use super::member::{FAKETIME, Member};
use super::plan::Plan;
use super::stage::Stage;

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

    /// Brings it about, and gives the server that it has befallen.
    pub(crate) async fn strike(self, stage: &mut Stage) -> Vec<usize> {
        let Stage {
            cluster, members, ..
        } = stage;
        match self {
            Self::Zombie => {
                order(members, "inject work").await;
                signal(members, Signal::STOP);
            }
            Self::Blocked => order(members, "inject block").await,
            Self::Briefly => order(members, "inject block 2000").await,
            Self::Deadlock => order(members, "inject deadlock").await,
            Self::MemberCut => {
                for member in members {
                    member.room().cut().await;
                }
            }
            Self::Loss(percent) => {
                for member in members {
                    member.room().lose(percent).await;
                }
            }
            Self::Clock => stage.shift_clocks("+3600").await,
            Self::Revoked => revoke_all(cluster).await,
            Self::LeaderKilled => {
                let leader = cluster.leader().await;
                cluster.kill(leader).await;
                return vec![leader];
            }
            Self::LeaderCut => {
                let leader = cluster.leader().await;
                cluster.room(leader).unwrap().cut().await;
                return vec![leader];
            }
            Self::QuorumLost => {
                let leader = cluster.leader().await;
                let another = (leader + 1) % cluster.size();
                cluster.kill(another).await;
                cluster.kill(leader).await;
                return vec![leader, another];
            }
            Self::LeaderFrozen => {
                let leader = cluster.leader().await;
                cluster.freeze(leader);
                return vec![leader];
            }
        }
        Vec::new()
    }

    /// Takes it back.
    pub(crate) async fn lift(self, stage: &mut Stage, befallen: &[usize]) {
        let Stage {
            cluster, members, ..
        } = stage;
        match self {
            Self::Zombie => signal(members, Signal::CONT),
            Self::Blocked => order(members, "lift").await,
            Self::MemberCut => {
                for member in members {
                    member.room().mend().await;
                }
            }
            Self::Loss(_) => {
                for member in members {
                    member.room().lose(0).await;
                }
            }
            Self::Clock => stage.shift_clocks("-3600").await,
            Self::LeaderCut => cluster.room(befallen[0]).unwrap().mend().await,
            Self::QuorumLost => restart(cluster, befallen),
            Self::LeaderFrozen => cluster.thaw(befallen[0]),
            Self::Briefly | Self::Deadlock | Self::LeaderKilled | Self::Revoked => {}
        }
    }
}

fn restart(cluster: &mut Cluster, servers: &[usize]) {
    servers.iter().for_each(|server| cluster.start(*server));
}

async fn revoke_all(cluster: &Cluster) {
    let list = cluster.ctl(&["lease", "list"]).await;
    // The first line says how many there are.
    for lease in list.lines().skip(1) {
        cluster.ctl(&["lease", "revoke", lease]).await;
    }
}

fn signal(members: &[Member], signal: Signal) {
    members.iter().for_each(|member| member.signal(signal));
}

async fn order(members: &mut [Member], order: &str) {
    for member in members {
        member.obey(order).await;
    }
}
