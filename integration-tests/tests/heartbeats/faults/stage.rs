use std::path::{Path, PathBuf};
use std::time::Duration;

use integration_tests::etcd::Cluster;
use integration_tests::lan::Room;
use integration_tests::patience::{patiently, pause};
use tempfile::TempDir;
use tokio::time::timeout;

use super::case::{Case, SETTINGS};
use super::fault::Fault;
use super::member::Member;
use super::observer::Observer;

/// How long all that was lost may take to come back: a server to start, an election, and a TTL in which a name is still another's.
const RECOVERY: Duration = Duration::from_secs(30);

/// A cluster, somebody who watches its list, and members of each kind and setting.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) members: Vec<Member>,
    pub(crate) observer: Observer,
    pub(crate) cluster: Cluster,
    folder: TempDir,
}

impl Stage {
    pub(crate) async fn set_for(case: &Case) -> Self {
        let mut setup = Cluster::of(case.fault.servers());
        if case.fault.needs_rooms() {
            setup = setup.in_rooms().await;
        }
        let cluster = setup.start().await;
        let observer = Observer::start(cluster.endpoints());
        let folder = tempfile::tempdir().unwrap();
        let clock = (case.fault == Fault::Clock).then(|| clock_file(&folder));
        if let Some(clock) = &clock {
            set(clock, "+0");
        }
        let mut members = Vec::new();
        let endpoints = cluster.endpoints().join(",");
        for setting in SETTINGS {
            for kind in case.kinds {
                let room = match cluster.lan() {
                    Some(lan) => Some(Room::on(lan).await),
                    None => None,
                };
                let place = (folder.path(), clock.as_deref());
                members.push(Member::start(*kind, setting, &endpoints, room, place).await);
            }
        }
        let stage = Self {
            members,
            observer,
            cluster,
            folder,
        };
        patiently("all to be members", stage.complete()).await;
        stage
    }

    /// Waits until all are members, and ready: readiness that needs membership follows it.
    async fn complete(&self) {
        let is_whole = |member: &Member| self.is_back(member) && member.is_ready();
        while !self.members.iter().all(is_whole) {
            pause().await;
        }
    }

    /// Whether it is a member, by its own word and by the list.
    pub(crate) fn is_back(&self, member: &Member) -> bool {
        let token = member.token();
        token.is_some_and(|token| self.observer.has(&member.name, token))
    }

    /// Gives all of them time to come back. Whether they have is another's question.
    pub(crate) async fn recover(&self) {
        let _in_vain = timeout(RECOVERY, self.complete()).await;
    }

    /// Sets the members' clock, as an operator would, by seconds.
    pub(crate) async fn shift_clocks(&mut self, offset: &str) {
        set(&clock_file(&self.folder), offset);
        let ahead: i64 = offset.parse().unwrap();
        for member in &mut self.members {
            let wall: i64 = member.ask("wall").await.parse().unwrap();
            let difference = wall - seconds();
            let shifted = (difference - ahead).abs() < 60;
            assert!(
                shifted,
                "{}: its clock is off by {difference} s",
                member.name
            );
        }
    }
}

fn clock_file(folder: &TempDir) -> PathBuf {
    folder.path().join("clock")
}

fn set(clock: &Path, offset: &str) {
    std::fs::write(clock, format!("{offset}\n")).unwrap();
}

fn seconds() -> i64 {
    let now = std::time::SystemTime::now();
    let now = now.duration_since(std::time::UNIX_EPOCH).unwrap();
    now.as_secs().cast_signed()
}
