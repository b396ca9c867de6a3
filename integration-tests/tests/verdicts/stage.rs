use std::net::{IpAddr, Ipv4Addr};
use std::sync::OnceLock;

use integration_tests::gray::DATABASE;
use integration_tests::lan::{Lan, Room};
use tempfile::TempDir;
use tokio::process::Command;

use crate::case::Case;
use crate::fault::Fault;
use crate::host::PROGRAM;
use crate::memory::Memory;
use crate::peers::Heart;
use crate::proxy::Proxy;
use crate::store::Store;
use crate::writer::Writer;

/// What a service stands on: a store behind a proxy, somebody who listens to its heart, and where the fault needs them, a room on a network or
/// a bound on its memory.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) proxy: Proxy,
    pub(crate) heart: Heart,
    pub(crate) room: Option<Room>,
    pub(crate) memory: Option<Memory>,
    /// Its instances, one after the other, have the same database.
    folder: TempDir,
    writer: OnceLock<Writer>,
    _store: Store,
}

impl Stage {
    pub(crate) async fn set_for(fault: Fault) -> Self {
        let store = Store::open().await;
        let room = match fault {
            Fault::Loss => Some(Room::on(&Lan::new().await).await),
            _ => None,
        };
        Self {
            proxy: Proxy::before(store.addr).await,
            heart: Heart::listen().await,
            room,
            memory: (fault == Fault::Memory).then(Memory::new),
            folder: tempfile::tempdir().unwrap(),
            writer: OnceLock::new(),
            _store: store,
        }
    }

    /// What starts the host here.
    pub(crate) fn command(&self, case: &Case) -> Command {
        let mut command = match (&self.room, &self.memory) {
            (Some(room), _) => room.command(PROGRAM),
            (_, Some(memory)) => memory.command(self.folder.path()),
            _ => Command::new(PROGRAM),
        };
        let ours = self.room.as_ref().map(|room| room.lan().ours());
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

    /// Where a host that was started here is reached.
    pub(crate) fn address(&self) -> IpAddr {
        let address = self.room.as_ref().map(Room::address);
        address.unwrap_or(Ipv4Addr::LOCALHOST).into()
    }
}
