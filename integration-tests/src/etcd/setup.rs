use std::net::Ipv4Addr;
use std::sync::Arc;

use super::Cluster;
use super::server::{PEERS, Server};
use crate::lan::{Lan, Room};
use crate::patience::patiently;

/// How a cluster is to be.
#[derive(Debug)]
#[must_use = "nothing starts until `start()`"]
pub struct Setup {
    hosts: Vec<Ipv4Addr>,
    rooms: Vec<Room>,
    lan: Option<Arc<Lan>>,
    pub(super) scheme: &'static str,
    flags: Vec<String>,
    pub(super) client_flags: Vec<String>,
}

impl Setup {
    pub(super) fn of(servers: usize) -> Self {
        assert!((1..=5).contains(&servers), "{servers} servers");
        Self {
            hosts: (0..servers).map(|_| loopback()).collect(),
            rooms: Vec::new(),
            lan: None,
            scheme: "http",
            flags: Vec::new(),
            client_flags: Vec::new(),
        }
    }

    /// Another flag for each server, as `--auth-token-ttl=5`.
    pub fn flag(mut self, flag: impl Into<String>) -> Self {
        self.flags.push(flag.into());
        self
    }

    /// Another flag for `etcdctl`, as `--cacert=…`.
    pub fn client_flag(mut self, flag: impl Into<String>) -> Self {
        self.client_flags.push(flag.into());
        self
    }

    /// Clients come by TLS. The files are flags: `--cert-file=…`, `--key-file=…`, and with client certificates `--trusted-ca-file=…`
    /// and `--client-cert-auth`. What the certificate must be for is in [`hosts`](Self::hosts).
    pub fn https(mut self) -> Self {
        self.scheme = "https";
        self
    }

    /// Each server gets a room of its own on a network of their own.
    pub async fn in_rooms(mut self) -> Self {
        let lan = Lan::new().await;
        for host in &mut self.hosts {
            let room = Room::on(&lan).await;
            *host = room.address();
            self.rooms.push(room);
        }
        self.lan = Some(lan);
        self
    }

    /// Where its servers will be.
    #[must_use]
    pub fn hosts(&self) -> &[Ipv4Addr] {
        &self.hosts
    }

    /// Starts all of them, and waits until they are a cluster.
    ///
    /// # Panics
    ///
    /// If they don't become one in time; what they say is in the message.
    pub async fn start(self) -> Cluster {
        let peers = self.hosts.iter().enumerate();
        let peers = peers.map(|(number, host)| format!("s{number}=http://{host}:{PEERS}"));
        let peers = peers.collect::<Vec<_>>().join(",");
        let shared = [
            format!("--initial-cluster={peers}"),
            format!("--initial-cluster-token=test-{}", fastrand::u64(..)),
        ];
        let flags = [&shared, &*self.flags].concat();
        let folder = folder();
        let mut rooms = self.rooms.into_iter();
        let mut servers: Vec<_> = self
            .hosts
            .iter()
            .enumerate()
            .map(|(number, host)| {
                let folder = folder.path().join(format!("s{number}"));
                Server::new(number, *host, rooms.next(), folder, self.scheme, &flags)
            })
            .collect();
        servers.iter_mut().for_each(Server::spawn);
        for server in &servers {
            server.healthy().await;
        }
        let cluster = Cluster {
            servers,
            lan: self.lan,
            scheme: self.scheme,
            client_flags: self.client_flags,
            _folder: folder,
        };
        patiently("a leader", cluster.leader()).await;
        cluster
    }
}

/// Any but the usual one, and none that ends in 0 or 255.
fn loopback() -> Ipv4Addr {
    let [a, b] = [(); 2].map(|()| fastrand::u8(1..=254));
    Ipv4Addr::new(127, a, b, fastrand::u8(2..=254))
}

/// In memory where that is possible: it waits for the disk with each commit, and others use that, too.
fn folder() -> tempfile::TempDir {
    let memory = tempfile::tempdir_in("/dev/shm");
    memory
        .or_else(|_none| tempfile::tempdir())
        .expect("there is room for a folder")
}
