use std::sync::Arc;

use rustix::process::Signal;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::sleep;

use super::Setup;
use super::server::{CLIENTS, LOOK_AGAIN, Server};
use crate::lan::{Lan, Room};
use crate::patience::patiently;
use crate::shell::can;

/// Servers of `etcd`, numbered from 0. They are gone when this is dropped.
#[derive(Debug)]
pub struct Cluster {
    pub(super) servers: Vec<Server>,
    pub(super) lan: Option<Arc<Lan>>,
    pub(super) scheme: &'static str,
    pub(super) client_flags: Vec<String>,
    /// After the servers.
    pub(super) _folder: TempDir,
}

impl Cluster {
    /// Why there can't be one here; `None` if there can.
    pub async fn missing() -> Option<String> {
        for (program, version) in [
            ("etcd", "--version"),
            ("etcdctl", "version"),
            ("setpriv", "--version"),
        ] {
            if !can(program, &[version]).await {
                return Some(format!("{program} is not installed"));
            }
        }
        None
    }

    /// One of so many servers.
    pub fn of(servers: usize) -> Setup {
        Setup::of(servers)
    }

    /// Where clients come, as `http://127.1.2.3:2379`.
    #[must_use]
    pub fn endpoints(&self) -> Vec<String> {
        let hosts = self.servers.iter().map(|server| server.host);
        hosts
            .map(|host| format!("{}://{host}:{CLIENTS}", self.scheme))
            .collect()
    }

    /// How many there are, whether they run or not.
    #[must_use]
    pub fn size(&self) -> usize {
        self.servers.len()
    }

    /// The network, where they have one of their own: for rooms of others.
    #[must_use]
    pub fn lan(&self) -> Option<&Arc<Lan>> {
        self.lan.as_ref()
    }

    /// The room of one of them, whose cable can be cut.
    #[must_use]
    pub fn room(&self, server: usize) -> Option<&Room> {
        self.servers[server].room.as_ref()
    }

    /// The process id of one that runs.
    #[must_use]
    pub fn id(&self, server: usize) -> u32 {
        self.servers[server].id()
    }

    /// Waits until one of them leads, of those that run and are not frozen, and says which.
    pub async fn leader(&self) -> usize {
        let asking = async {
            loop {
                for (number, server) in self.servers.iter().enumerate() {
                    if server.runs() && server.leads().await {
                        return number;
                    }
                }
                sleep(LOOK_AGAIN).await;
            }
        };
        patiently("a leader", asking).await
    }

    /// Starts one that does not run, with the data that it had. It may take a while until it [serves](Self::healthy).
    pub fn start(&mut self, server: usize) {
        self.servers[server].spawn();
    }

    /// Waits until one of them says that it serves, which takes a quorum.
    pub async fn healthy(&self, server: usize) {
        self.servers[server].healthy().await;
    }

    /// SIGTERM, and waits for its end.
    pub async fn stop(&mut self, server: usize) {
        self.servers[server].end(Signal::TERM).await;
    }

    /// SIGKILL, and waits for its end.
    pub async fn kill(&mut self, server: usize) {
        self.servers[server].end(Signal::KILL).await;
    }

    /// SIGSTOP.
    pub fn freeze(&mut self, server: usize) {
        self.servers[server].signal(Signal::STOP);
        self.servers[server].frozen = true;
    }

    /// SIGCONT.
    pub fn thaw(&mut self, server: usize) {
        self.servers[server].signal(Signal::CONT);
        self.servers[server].frozen = false;
    }

    /// `etcdctl`, for all endpoints, with the flags of the setup.
    #[must_use]
    pub fn etcdctl(&self) -> Command {
        let mut command = Command::new("etcdctl");
        command.arg(format!("--endpoints={}", self.endpoints().join(",")));
        command.args(&self.client_flags).kill_on_drop(true);
        command
    }

    /// What `etcdctl` answers.
    ///
    /// # Panics
    ///
    /// If it fails; what it says is in the message.
    pub async fn ctl(&self, args: &[&str]) -> String {
        let mut command = self.etcdctl();
        command.args(args);
        let output = patiently("etcdctl", command.output()).await;
        let output = output.expect("etcdctl is installed");
        let [said, complained] =
            [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
        assert!(output.status.success(), "etcdctl {args:?}: {complained}");
        said.into_owned()
    }
}
