use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::ask::{ask, read};
use crate::lan::Room;
use crate::patience::patiently;

pub(super) const CLIENTS: u16 = 2379;
pub(super) const PEERS: u16 = 2380;
/// Without TLS, whatever clients need.
const METRICS: u16 = 2381;

const PATIENCE: Duration = Duration::from_secs(30);
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// One server, which runs or does not.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) host: Ipv4Addr,
    pub(super) room: Option<Room>,
    args: Vec<String>,
    log: PathBuf,
    child: Option<Child>,
    pub(super) frozen: bool,
}

impl Server {
    pub(super) fn new(
        number: usize,
        host: Ipv4Addr,
        room: Option<Room>,
        folder: PathBuf,
        scheme: &str,
        flags: &[String],
    ) -> Self {
        let [clients, peers] = [(scheme, CLIENTS), ("http", PEERS)]
            .map(|(scheme, port)| format!("{scheme}://{host}:{port}"));
        let mut args = vec![
            format!("--name=s{number}"),
            format!("--data-dir={}", folder.display()),
            format!("--listen-client-urls={clients}"),
            format!("--advertise-client-urls={clients}"),
            format!("--listen-peer-urls={peers}"),
            format!("--initial-advertise-peer-urls={peers}"),
            format!("--listen-metrics-urls=http://{host}:{METRICS}"),
            "--logger=zap".to_owned(),
            "--log-outputs=stderr".to_owned(),
        ];
        args.extend_from_slice(flags);
        Self {
            host,
            room,
            args,
            log: folder.with_extension("log"),
            child: None,
            frozen: false,
        }
    }

    /// Starts it, with the data that it had.
    pub(super) fn spawn(&mut self) {
        assert!(self.child.is_none(), "it runs");
        // The kernel kills it with the test: its standard input is nothing that it reads.
        let mut command = match &self.room {
            Some(room) => room.command("setpriv"),
            None => Command::new("setpriv"),
        };
        let log = File::options().create(true).append(true).open(&self.log);
        command
            .args(["--pdeathsig", "KILL", "etcd"])
            .args(&self.args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log.expect("it has a folder"))
            .kill_on_drop(true);
        let child = command.spawn();
        self.child = Some(child.unwrap_or_else(|error| panic!("{command:?}: {error}")));
    }

    pub(super) fn runs(&self) -> bool {
        self.child.is_some() && !self.frozen
    }

    /// Its process id.
    pub(super) fn id(&self) -> u32 {
        let child = self.child.as_ref().expect("it runs");
        child.id().expect("it runs")
    }

    pub(super) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.id().cast_signed()).expect("no process is 0");
        kill_process(pid, signal).expect("it is ours");
    }

    /// Ends it, and waits until it has.
    pub(super) async fn end(&mut self, signal: Signal) {
        self.signal(signal);
        let mut child = self.child.take().expect("it runs");
        let ended = patiently("etcd to end", child.wait()).await;
        ended.expect("it can be waited for");
        self.frozen = false;
    }

    /// Waits until it says that it serves, as part of a cluster.
    pub(super) async fn healthy(&self) {
        let asking = async {
            while ask(self.monitoring(), "/health").await != Some(200) {
                sleep(LOOK_AGAIN).await;
            }
        };
        if timeout(PATIENCE, asking).await.is_err() {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            let last: Vec<_> = log.lines().rev().take(20).collect();
            panic!(
                "etcd is not healthy; its last lines, latest first:\n{}",
                last.join("\n")
            );
        }
    }

    /// Whether it says of itself that it leads.
    pub(super) async fn leads(&self) -> bool {
        let metrics = read(self.monitoring(), "/metrics").await;
        metrics.is_some_and(|text| text.lines().any(|line| line == "etcd_server_is_leader 1"))
    }

    fn monitoring(&self) -> SocketAddr {
        (self.host, METRICS).into()
    }
}
