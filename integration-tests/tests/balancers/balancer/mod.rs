//! The load balancers, with retries switched off.

mod envoy;
mod haproxy;
mod kind;
mod nginx;

use std::fs;
use std::net::SocketAddr;

use integration_tests::patience::{patiently, pause};
use tempfile::TempDir;
use tokio::net::TcpStream;

pub(crate) use kind::{Checks, Kind, Lane};

use crate::fleet::Fleet;
use crate::peer::Peer;
use crate::place::Place;
use crate::tally::{How, Loss};

/// A running balancer in front of a fleet.
#[derive(Debug)]
pub(crate) struct Balancer {
    kind: Kind,
    peer: Peer,
    folder: TempDir,
    instances: Vec<SocketAddr>,
    /// By HTTP/1, and by HTTP/2.
    listens: [SocketAddr; 2],
    /// For questions to the balancer itself.
    admin: SocketAddr,
}

impl Balancer {
    /// Starts it on free ports; `None` where it isn't installed.
    pub(crate) fn start(kind: Kind, fleet: &Fleet) -> Option<Self> {
        Self::over(kind, fleet.addrs(), Checks::Prompt)
    }

    pub(crate) fn over(kind: Kind, instances: Vec<SocketAddr>, checks: Checks) -> Option<Self> {
        let place = Place::new();
        let folder = tempfile::tempdir().unwrap();
        let (config, log) = (folder.path().join("config"), folder.path().join("log"));
        let listens = [place.free(), place.free()];
        let admin = place.free();
        let text = match kind {
            Kind::HAProxy => haproxy::config(&instances, listens, folder.path()),
            Kind::Envoy => envoy::config(&instances, listens, admin, checks),
            Kind::Nginx => nginx::config(&instances, None, listens, folder.path()),
        };
        fs::write(&config, text).unwrap();
        let config = config.to_str().unwrap();
        let peer = match kind {
            Kind::HAProxy => Peer::start("haproxy", "-v", ["-db", "-f", config], &log),
            Kind::Envoy => Peer::start("envoy", "--version", envoy::arguments(config), &log),
            Kind::Nginx => Peer::start("nginx", "-v", ["-e", "stderr", "-c", config], &log),
        };
        Some(Self {
            kind,
            peer: peer?,
            folder,
            instances,
            listens,
            admin,
        })
    }

    /// Waits until it accepts connections.
    pub(crate) async fn is_up(&self) {
        let connected = async {
            for addr in self.listens {
                while TcpStream::connect(addr).await.is_err() {
                    pause().await;
                }
            }
        };
        patiently("the balancer", connected).await;
    }

    pub(crate) fn lanes(&self) -> Vec<Lane> {
        let [http1, http2] = self.listens;
        let lane = |name, addr, grpc| Lane {
            name,
            addr,
            grpc,
            sockets: name == "HTTP/1",
        };
        let mut lanes = vec![lane("HTTP/1", http1, false), lane("gRPC", http2, true)];
        if self.kind != Kind::Nginx {
            // It speaks HTTP/2 to the instances for gRPC only.
            lanes.push(lane("HTTP/2", http2, false));
        }
        lanes
    }

    /// Waits until it knows that this instance isn't ready, where it doesn't find out by itself.
    pub(crate) async fn take_out(&self, fleet: &Fleet, index: usize) {
        if self.kind == Kind::Nginx {
            while fleet.instance(index).is_ready().await {
                pause().await;
            }
            self.reconfigure(Some(index));
        }
    }

    /// Tells it that all are ready, where it doesn't find out by itself.
    pub(crate) fn put_back(&self) {
        if self.kind == Kind::Nginx {
            self.reconfigure(None);
        }
    }

    fn reconfigure(&self, down: Option<usize>) {
        let folder = self.folder.path();
        let text = nginx::config(&self.instances, down, self.listens, folder);
        fs::write(folder.join("next"), text).unwrap();
        fs::rename(folder.join("next"), folder.join("config")).unwrap();
        self.peer.reload();
    }

    /// What Envoy holds against an instance, once for each cluster.
    pub(crate) async fn health_flags(&self, instance: SocketAddr) -> Vec<String> {
        envoy::health_flags(self.admin, instance).await
    }

    /// How many requests it has sent twice.
    pub(crate) async fn retried(&self) -> u64 {
        match self.kind {
            Kind::HAProxy => haproxy::retried(self.folder.path()).await,
            Kind::Envoy => envoy::retried(self.admin).await,
            Kind::Nginx => nginx::retried(&self.log()),
        }
    }

    /// Whether it never saw this request: it has closed a connection to its client, at a reload, while the client wrote. It would
    /// have logged a request, and answered whatever an instance does to it.
    pub(crate) fn never_saw(&self, id: &str, loss: &Loss) -> bool {
        self.kind == Kind::Nginx && loss.how == How::Unanswered && !self.log().contains(id)
    }

    /// What it logged of a request.
    pub(crate) fn logged(&self, id: &str) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(id)).collect();
        lines.join("\n")
    }

    fn log(&self) -> String {
        let name = if self.kind == Kind::Nginx {
            "access"
        } else {
            "log"
        };
        let log = fs::read(self.folder.path().join(name)).unwrap();
        String::from_utf8_lossy(&log).into_owned()
    }
}
