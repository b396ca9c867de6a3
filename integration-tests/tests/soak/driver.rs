//! Makes storms and calms, and at last the shutdown in the midst of a storm.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use health_tower::Health;
use tokio::time::{Instant, interval};

use crate::calm::Calms;
use crate::log::Log;
use crate::mark::Mark;
use crate::patients::Patients;
use crate::tally::Tally;
use crate::witness::Witness;

const STORM: u32 = 40;
/// A cycle is about as long as this, and so is the end.
const LAST: Duration = Duration::from_secs(1);
const FATAL: &str = "disk";

pub(crate) struct Driver<'a> {
    pub(crate) health: &'a Health,
    pub(crate) patients: &'a Patients,
    pub(crate) mark: &'a Mark,
    pub(crate) witness: &'a Witness,
    pub(crate) log: &'a Log,
    pub(crate) rng: Rng,
    pub(crate) calms: Calms,
}

impl Driver<'_> {
    pub(crate) async fn run(mut self, lasts: Duration, tallies: &[Arc<Tally>]) -> Calms {
        let began = Instant::now();
        loop {
            self.storm().await;
            self.calm().await;
            if began.elapsed() + LAST >= lasts {
                break;
            }
        }
        self.storm().await;
        self.health.shutdown();
        self.witness.truth.over();
        self.nothing_comes_back(tallies).await;
        self.calms
    }

    /// Nobody knows what readiness is, but while a fatal error is reported.
    async fn storm(&mut self) {
        let mut ticks = interval(Duration::from_millis(15));
        for _ in 0..STORM {
            ticks.tick().await;
            match self.rng.u8(..8) {
                0..=3 => self.patients.infect(true, &mut self.rng),
                4..=6 => self.patients.heal(),
                _ => {
                    self.report();
                    ticks.tick().await;
                    self.clear();
                }
            }
            self.patients.infect(false, &mut self.rng);
        }
    }

    pub(crate) fn report(&self) {
        self.witness.truth.unknown();
        self.health.report_fatal(FATAL, "a storm");
        self.witness.truth.ready(false);
    }

    pub(crate) fn clear(&self) {
        self.witness.truth.unknown();
        self.health.clear_fatal(FATAL);
    }
}
