//! The signal of workers that no request reaches. The watchdog looks at it, and judges.

mod cell;
mod handle;
mod report;
mod slots;
mod watch;
mod watched;

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

pub use handle::{Pulse, PulseGuard};
pub use report::{PulseReport, PulseState};

pub(crate) use watch::PulseWatch;

use cell::Cell;

/// The pulses that were declared since the watchdog last looked; none where there is no watchdog.
#[derive(Debug)]
pub(crate) struct Pulses(Option<Mutex<Vec<Arc<Cell>>>>);

impl Pulses {
    pub(crate) fn new(watched: bool) -> Self {
        Self(watched.then(Mutex::default))
    }

    pub(crate) fn declare(&self, name: Cow<'static, str>) -> Pulse {
        let cell = Arc::new(Cell::new(name));
        if let Some(declared) = &self.0 {
            let mut declared = declared.lock().unwrap_or_else(PoisonError::into_inner);
            declared.push(Arc::clone(&cell));
        }
        Pulse::new(cell)
    }

    fn take(&self) -> Vec<Arc<Cell>> {
        let declared = self
            .0
            .as_ref()
            .map(|declared| declared.lock().unwrap_or_else(PoisonError::into_inner));
        declared
            .map(|mut declared| std::mem::take(&mut *declared))
            .unwrap_or_default()
    }
}
