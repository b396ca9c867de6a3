use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::pulse::PulseReport;
use crate::watchdog::RuntimeReport;

/// What the watchdog measures all the time. It is no change that anybody is woken for; a snapshot takes what there is.
#[derive(Debug, Default)]
pub(crate) struct Vitals {
    pub(crate) runtimes: Vec<RuntimeReport>,
    pub(crate) pulses: Vec<PulseReport>,
}

/// Where the latest are.
#[derive(Clone, Debug, Default)]
pub(crate) struct VitalSigns(Arc<Mutex<Arc<Vitals>>>);

impl VitalSigns {
    pub(crate) fn now(&self) -> Arc<Vitals> {
        Arc::clone(&self.lock())
    }

    pub(crate) fn set(&self, vitals: Vitals) {
        *self.lock() = Arc::new(vitals);
    }

    fn lock(&self) -> MutexGuard<'_, Arc<Vitals>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
