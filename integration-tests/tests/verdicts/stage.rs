use std::net::{IpAddr, Ipv4Addr};
use std::sync::OnceLock;

use integration_tests::gray::DATABASE;
use tempfile::TempDir;
use tokio::process::Command;

use crate::case::Case;
use crate::fault::Fault;
use crate::host::PROGRAM;
use crate::memory::Memory;
use crate::network::Network;
use crate::peers::Heart;
use crate::proxy::Proxy;
use crate::store::Store;
use crate::writer::Writer;

/// What a service stands on: a store behind a proxy, somebody who listens to its heart, and where the fault needs them, a network or
/// a bound on its memory.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) proxy: Proxy,
    pub(crate) heart: Heart,
    pub(crate) network: Option<Network>,
    pub(crate) memory: Option<Memory>,
    /// Its instances, one after the other, have the same database.
    folder: TempDir,
    writer: OnceLock<Writer>,
    _store: Store,
}

impl Stage {
    pub(crate) async fn set_for(fault: Fault) -> Self {
        let store = Store::open().await;
        Self {
            proxy: Proxy::before(store.addr).await,
            heart: Heart::listen().await,
            network: (fault == Fault::Loss).then(Network::new),
            memory: (fault == Fault::Memory).then(Memory::new),
            folder: tempfile::tempdir().unwrap(),
            writer: OnceLock::new(),
            _store: store,
        }
    }

    /// What starts the host here.
    pub(crate) fn command(&self, case: &Case) -> Command {
        let mut command = match (&self.network, &self.memory) {
            (Some(network), _) => network.command(),
            (_, Some(memory)) => memory.command(self.folder.path()),
            _ => Command::new(PROGRAM),
        };
        let ours = self.network.as_ref().map(|network| network.ours);
        let ours = ours.unwrap_or(Ipv4Addr::LOCALHOST);
        command
            .arg("serve")
            .arg(format!("folder={}", self.folder.path().display()))
            .arg(format!("store={ours}:{}", self.proxy.port))
            .arg(format!("heart={ours}:{}", self.heart.port))
            .arg(format!("scope={}", case.scope))
            .arg(format!("grouped={}", case.grouped));
        command
    }

    /// Another writer has the database for itself, again and again, until the stage is taken down.
    pub(crate) async fn keep_busy(&self) {
        let writer = Writer::start(&self.folder.path().join(DATABASE)).await;
        self.writer.set(writer).expect("once");
    }

    /// Connects the host that was started with it, and says where it is.
    pub(crate) async fn reach(&self, pid: u32) -> IpAddr {
        match &self.network {
            Some(network) => network.connect(pid).await.into(),
            None => Ipv4Addr::LOCALHOST.into(),
        }
    }
}
