use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::probers::{Advice, ProberReport};
use crate::pulse::PulseReport;
use crate::verdict::TrafficReport;
use crate::watchdog::RuntimeReport;

/// What is measured all the time. It is no change that anybody is woken for; a snapshot takes what there is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vitals {
    pub(crate) runtimes: Arc<[RuntimeReport]>,
    pub(crate) pulses: Arc<[PulseReport]>,
    pub(crate) probers: Arc<[ProberReport]>,
    pub(crate) advice: Arc<[Advice]>,
    /// Of the whole service, and then of each group.
    pub(crate) traffic: Arc<[TrafficReport]>,
}

/// Where the latest are.
#[derive(Clone, Debug, Default)]
pub(crate) struct VitalSigns(Arc<Mutex<Vitals>>);

impl VitalSigns {
    pub(crate) fn now(&self) -> Vitals {
        self.lock().clone()
    }

    pub(crate) fn set_watched(&self, runtimes: Vec<RuntimeReport>, pulses: Vec<PulseReport>) {
        let mut vitals = self.lock();
        (vitals.runtimes, vitals.pulses) = (runtimes.into(), pulses.into());
    }

    pub(crate) fn set_traffic(&self, traffic: Vec<TrafficReport>) {
        self.lock().traffic = traffic.into();
    }

    pub(crate) fn set_asked(&self, probers: Arc<[ProberReport]>, advice: Arc<[Advice]>) {
        let mut vitals = self.lock();
        (vitals.probers, vitals.advice) = (probers, advice);
    }

    fn lock(&self) -> MutexGuard<'_, Vitals> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
