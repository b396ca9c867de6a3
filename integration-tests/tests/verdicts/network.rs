use std::net::Ipv4Addr;

use tokio::process::Command;

use crate::host::PROGRAM;
use integration_tests::shell::{can, feed, run};

/// A network namespace for the host and a cable to it, on which packets can be lost. Both go with the host's process.
#[derive(Debug)]
pub(crate) struct Network {
    cable: String,
    pub(crate) ours: Ipv4Addr,
    theirs: Ipv4Addr,
}

impl Network {
    /// Why there can't be one here.
    pub(crate) async fn missing() -> Option<String> {
        if !can("unshare", &["--net", "true"]).await {
            return Some("no right to make network namespaces".to_owned());
        }
        for (program, version) in [("ip", "-V"), ("nft", "--version"), ("nsenter", "--version")] {
            if !can(program, &[version]).await {
                return Some(format!("{program} is not installed"));
            }
        }
        None
    }

    pub(crate) fn new() -> Self {
        let number = fastrand::u16(0..64 * 256);
        let [high, low] = number.to_be_bytes();
        let address = |last| Ipv4Addr::new(10, 213, 64 + high, (low & !3) + last);
        Self {
            cable: format!("gray{number}"),
            ours: address(1),
            theirs: address(2),
        }
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new("unshare");
        command.args(["--net", PROGRAM]);
        command
    }

    /// Connects the host, and says where it is.
    pub(crate) async fn connect(&self, pid: u32) -> Ipv4Addr {
        let (cable, pid) = (&*self.cable, &*pid.to_string());
        let [ours, theirs] = [self.ours, self.theirs].map(|address| format!("{address}/30"));
        let inside = ["-t", pid, "-n", "ip"];
        let add = [
            "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", pid,
        ];
        run("ip", &add).await;
        run("ip", &["addr", "add", &ours, "dev", cable]).await;
        run("ip", &["link", "set", cable, "up"]).await;
        run(
            "nsenter",
            &[&inside[..], &["addr", "add", &theirs, "dev", "eth0"]].concat(),
        )
        .await;
        run(
            "nsenter",
            &[&inside[..], &["link", "set", "eth0", "up"]].concat(),
        )
        .await;
        self.theirs
    }

    /// From now on, packets to and from this port are lost. The store is reached as before.
    pub(crate) async fn lose(&self, percent: u32, pid: u32, port: u16) {
        let lost = format!("numgen random mod 100 < {percent} drop");
        let rules = format!(
            "table ip loss {{\n\
             chain to {{ type filter hook input priority 0; tcp dport {port} {lost}; }}\n\
             chain from {{ type filter hook output priority 0; tcp sport {port} {lost}; }}\n\
             }}\n"
        );
        let pid = pid.to_string();
        feed("nsenter", &["-t", &pid, "-n", "nft", "-f", "-"], &rules).await;
    }
}
