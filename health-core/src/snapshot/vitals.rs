use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[cfg(feature = "heartbeat")]
use crate::heartbeat::{HeartbeatReport, Hearts};
use crate::probers::{Advice, ProberReport};
use crate::pulse::PulseReport;
use crate::verdict::TrafficReport;
use crate::watchdog::RuntimeReport;
#[cfg(feature = "heartbeat")]
use crate::watchdog::Turned;

/// What is measured all the time. It is no change that anybody is woken for; a snapshot takes what there is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vitals {
    pub(crate) runtimes: Arc<[RuntimeReport]>,
    pub(crate) pulses: Arc<[PulseReport]>,
    pub(crate) asked: Asked,
    /// Of the whole service, and then of each group.
    pub(crate) traffic: Arc<[TrafficReport]>,
    #[cfg(feature = "heartbeat")]
    pub(crate) heartbeats: Arc<[HeartbeatReport]>,
    #[cfg(feature = "heartbeat")]
    turned: Option<Turned>,
}

/// Who asks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) probers: Arc<[ProberReport]>,
    pub(crate) advice: Arc<[Advice]>,
    /// Questions of those for whom there was no place.
    pub(crate) unlisted: u64,
}

/// Where the latest are.
#[derive(Clone, Debug, Default)]
pub(crate) struct VitalSigns {
    latest: Arc<Mutex<Vitals>>,
    #[cfg(feature = "heartbeat")]
    hearts: Hearts,
}

impl VitalSigns {
    pub(crate) fn now(&self) -> Vitals {
        #[cfg_attr(not(feature = "heartbeat"), allow(unused_mut, reason = "filled below"))]
        let mut vitals = self.lock().clone();
        #[cfg(feature = "heartbeat")]
        {
            vitals.heartbeats = self.hearts.reports().into();
        }
        vitals
    }

    #[cfg(feature = "heartbeat")]
    pub(crate) fn hearts(&self) -> &Hearts {
        &self.hearts
    }

    /// What the watchdog saw when it last looked.
    #[cfg(feature = "heartbeat")]
    pub(crate) fn turned(&self) -> Option<Turned> {
        self.lock().turned
    }

    #[cfg(feature = "heartbeat")]
    pub(crate) fn set_turned(&self, turned: Turned) {
        self.lock().turned = Some(turned);
    }

    pub(crate) fn set_watched(&self, runtimes: Vec<RuntimeReport>, pulses: Vec<PulseReport>) {
        let mut vitals = self.lock();
        (vitals.runtimes, vitals.pulses) = (runtimes.into(), pulses.into());
    }

    pub(crate) fn set_traffic(&self, traffic: Vec<TrafficReport>) {
        self.lock().traffic = traffic.into();
    }

    pub(crate) fn set_asked(&self, asked: Asked) {
        self.lock().asked = asked;
    }

    fn lock(&self) -> MutexGuard<'_, Vitals> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
