//! Three instances of the service.

use std::net::SocketAddr;

use crate::instance::{Exit, Instance};
use crate::mode::Mode;
use crate::place::Place;

/// Each on a port that it keeps.
#[derive(Debug)]
pub(crate) struct Fleet {
    mode: Mode,
    instances: Vec<Instance>,
}

impl Fleet {
    pub(crate) async fn start(mode: Mode) -> Self {
        let place = Place::new();
        let mut instances = Vec::new();
        for _ in 0..3 {
            instances.push(Instance::start(place.free(), mode).await);
        }
        Self { mode, instances }
    }

    pub(crate) fn addrs(&self) -> Vec<SocketAddr> {
        self.instances.iter().map(Instance::addr).collect()
    }

    pub(crate) fn instance(&self, index: usize) -> &Instance {
        &self.instances[index]
    }

    pub(crate) fn len(&self) -> usize {
        self.instances.len()
    }

    /// Ends one with SIGTERM, while something else is done, and starts another in its place.
    pub(crate) async fn restart(
        &mut self,
        index: usize,
        meanwhile: impl AsyncFnOnce(&Self),
    ) -> Exit {
        let old = &self.instances[index];
        let terminated = old.terminate();
        meanwhile(self).await;
        let old = self.instances.remove(index);
        let addr = old.addr();
        let exit = old.exit(terminated).await;
        let new = Instance::start(addr, self.mode).await;
        self.instances.insert(index, new);
        exit
    }
}
