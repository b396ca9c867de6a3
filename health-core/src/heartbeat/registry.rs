use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::heartbeat::HeartbeatReport;
use crate::heartbeat::cell::Cell;

/// A service is a member of a few lists, and each beat has a thread.
const MOST: usize = 8;

/// The heartbeats of one service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hearts(Arc<Room>);

#[derive(Debug, Default)]
struct Room {
    cells: Mutex<Vec<Arc<Cell>>>,
    leave: CancellationToken,
}

impl Hearts {
    /// Adds one, or says why not.
    pub(crate) fn add(&self, cell: &Arc<Cell>) -> Result<(), String> {
        let mut cells = self.lock();
        if cells.iter().any(|other| other.is(cell)) {
            let backend = cell.backend();
            return Err(format!(
                "one of that name beats to `{backend}` already; start one for each process, or give this another `.name(…)`"
            ));
        }
        if cells.len() == MOST {
            return Err(format!(
                "there are {MOST} already, and each has a thread; let one stand for several lists"
            ));
        }
        cells.push(Arc::clone(cell));
        Ok(())
    }

    /// Takes one back that could not be started.
    pub(crate) fn remove(&self, cell: &Arc<Cell>) {
        self.lock().retain(|other| !Arc::ptr_eq(other, cell));
    }

    /// Whether readiness is down for one. Looks at all fences, so that they fall also where the thread that sends hangs.
    pub(crate) fn any_missed(&self) -> bool {
        let cells = self.lock().clone();
        cells.iter().filter(|cell| cell.is_missed()).count() > 0
    }

    pub(crate) fn reports(&self) -> Vec<HeartbeatReport> {
        self.lock().iter().map(|cell| cell.report()).collect()
    }

    /// Resolves when they have to leave.
    pub(crate) fn leaving(&self) -> &CancellationToken {
        &self.0.leave
    }

    /// Tells all of them to leave, and waits until they have, or until then; for none longer than it may take to leave.
    pub(crate) async fn leave(&self, by: Instant) {
        self.0.leave.cancel();
        let cells = self.lock().clone();
        let began = Instant::now();
        for cell in &cells {
            let by = by.min(began + cell.to_leave());
            tokio::select! {
                biased;
                () = cell.done.cancelled() => {}
                () = sleep_until(by) => {}
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Cell>>> {
        self.0.cells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
