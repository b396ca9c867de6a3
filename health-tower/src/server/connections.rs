use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;

use crate::ProbeService;
use crate::server::connection;

/// Far more than probers are, and few enough file descriptors to leave the application its own.
const MAX: usize = 256;

/// The connections that are open, over all listeners of a server.
///
/// When there are too many, the one that has been open for longest goes, whatever it does: a prober that has just connected
/// is safe until as many others have connected after it, and activity doesn't buy anybody a longer stay.
pub(crate) struct Connections {
    probes: ProbeService,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    /// Counts up, so that the first key is the oldest connection.
    next: u64,
    /// Dropping the sender closes the connection.
    closers: BTreeMap<u64, oneshot::Sender<Infallible>>,
}

impl Connections {
    pub(crate) fn new(probes: ProbeService) -> Self {
        let open = Mutex::default();
        Self { probes, open }
    }

    /// Serves a connection, in a task of its own.
    pub(crate) fn serve<S>(self: &Arc<Self>, stream: S)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (place, closed) = self.enter();
        let probes = self.probes.clone();
        tokio::spawn(async move {
            let _place = place;
            tokio::select! {
                biased;
                Err(_closed) = closed => {}
                () = connection::serve(stream, probes) => {}
            }
        });
    }

    fn enter(self: &Arc<Self>) -> (Place, oneshot::Receiver<Infallible>) {
        let (closer, closed) = oneshot::channel();
        let mut open = self.lock();
        if open.closers.len() >= MAX {
            open.closers.pop_first();
        }
        let number = open.next;
        open.next += 1;
        open.closers.insert(number, closer);
        drop(open);
        let connections = Arc::clone(self);
        let place = Place {
            connections,
            number,
        };
        (place, closed)
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection's place among the others, given back when it ends, however it ends.
struct Place {
    connections: Arc<Connections>,
    number: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.lock().closers.remove(&self.number);
    }
}
