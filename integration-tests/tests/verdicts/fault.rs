use std::time::Duration;

use integration_tests::gray::{LIMIT, REPORT};
use integration_tests::lan::Lan;

use crate::clients::Clients;
use crate::host::Host;
use crate::memory::Memory;
use crate::proxy::Condition;
use crate::stage::Stage;

/// A round trip of the slow store takes so long.
pub(crate) const SLOW: Duration = Duration::from_millis(200);
/// Each packet is lost with this probability, in both directions.
pub(crate) const LOSS_PERCENT: u32 = 10;
pub(crate) const STOPPED: Duration = Duration::from_secs(5);
/// Of what it can do.
pub(crate) const OVERLOAD: u32 = 3;

/// What happens to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Nothing,
    /// Something in the host: one of its orders.
    Inside(&'static str),
    /// The store, behind a proxy.
    Store(Condition),
    /// Another writer keeps the database's lock, again and again.
    Busy,
    /// Between the service and its clients.
    Loss,
    /// SIGSTOP, SIGCONT.
    Zombie,
    Overload,
    Memory,
    /// SIGTERM, while another instance takes over.
    Deploy,
}

impl Fault {
    /// As many services as it takes the place of.
    pub(crate) fn weight(self) -> usize {
        if self == Self::Overload { 3 } else { 1 }
    }

    /// Whether clients suffer from it, and nobody is to be accused for it all the same.
    pub(crate) fn is_debatable(self) -> bool {
        matches!(self, Self::Loss | Self::Zombie)
    }

    /// Whether a set-up of our own can do something about it.
    pub(crate) fn is_a_matter_of_setup(self) -> bool {
        self == Self::Loss
    }

    /// Why it can't be brought about here.
    pub(crate) async fn missing(self) -> Option<String> {
        match self {
            Self::Loss => Lan::missing().await,
            Self::Memory => Memory::missing(),
            _ => None,
        }
    }

    /// Brings it about. It is complete when this returns; clients that are more are given back.
    pub(crate) async fn strike(self, stage: &Stage, host: &mut Host) -> Option<Clients> {
        match self {
            Self::Nothing | Self::Deploy => {}
            Self::Inside(name) => host.obey(&format!("inject {name}")).await,
            Self::Store(condition) => stage.proxy.set(condition),
            Self::Busy => stage.keep_busy().await,
            Self::Loss => {
                let room = stage.room.as_ref().expect("it is in one");
                // The store is reached as before.
                room.lose_at(host.app.port(), LOSS_PERCENT).await;
            }
            Self::Zombie => host.stop_for(STOPPED).await,
            Self::Memory => stage.memory.as_ref().expect("it has one").squeeze().await,
            Self::Overload => {
                let capacity = LIMIT as f64 / REPORT.as_secs_f64();
                let rate = capacity as u32 * OVERLOAD;
                return Some(Clients::start(host.app, rate, "reports"));
            }
        }
        None
    }
}
