use integration_tests::etcd::Cluster;
use rustix::process::Signal;

use super::fault::Fault;
use super::member::Member;
use super::stage::Stage;

impl Fault {
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
