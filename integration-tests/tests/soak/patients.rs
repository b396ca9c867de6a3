//! Readiness checks that find what the driver wants them to.

use std::future::pending;
use std::panic::panic_any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

use fastrand::Rng;
use health_tower::{Check, HealthBuilder, Impact};

use crate::panics::ON_PURPOSE;

const CRITICAL: usize = 14;
const DEGRADES: usize = 4;
const OBSERVE: usize = 3;

pub(crate) const DAY: Duration = Duration::from_secs(24 * 3600);

const PASS: u8 = 0;
const FAIL: u8 = 1;
const PANIC: u8 = 2;
const HANG: u8 = 3;

/// What one check finds, and how often it has begun to look.
#[derive(Debug, Default)]
struct Patient {
    finds: AtomicU8,
    begun: AtomicUsize,
}

#[derive(Debug)]
struct Settings {
    every: Duration,
    fail_after: u32,
    pass_after: u32,
}

/// All of them; the critical ones come first.
#[derive(Debug)]
pub(crate) struct Patients(Vec<(Arc<Patient>, Settings)>);

impl Patients {
    pub(crate) fn new(rng: &mut Rng) -> Self {
        let settings = |rng: &mut Rng| Settings {
            every: Duration::from_millis(rng.u64(10..=30)),
            fail_after: rng.u32(1..=3),
            pass_after: rng.u32(1..=3),
        };
        let patients = 0..CRITICAL + DEGRADES + OBSERVE;
        Self(patients.map(|_| (Arc::default(), settings(rng))).collect())
    }

    pub(crate) fn register(&self, builder: HealthBuilder) -> HealthBuilder {
        let numbered = self.0.iter().enumerate();
        numbered.fold(builder, |builder, (number, (patient, settings))| {
            let patient = Arc::clone(patient);
            let run = move || examine(Arc::clone(&patient));
            let check = Check::readiness(format!("patient {number}"), run)
                .impact(impact(number))
                .every(settings.every)
                .backoff(settings.every)
                .timeout(Duration::from_millis(50))
                .stale_after(DAY)
                .fail_after(settings.fail_after)
                .pass_after(settings.pass_after);
            builder.check(check)
        })
    }

    /// Lets one of the critical ones find some fault, or one of the others anything.
    pub(crate) fn infect(&self, critical: bool, rng: &mut Rng) {
        let patient = if critical {
            rng.usize(..CRITICAL)
        } else {
            rng.usize(CRITICAL..self.0.len())
        };
        let finds = [FAIL, FAIL, PANIC, HANG];
        let finds = if critical || rng.bool() {
            finds[rng.usize(..finds.len())]
        } else {
            PASS
        };
        self.0[patient].0.finds.store(finds, Ordering::SeqCst);
    }

    /// Lets the critical ones pass from here on.
    pub(crate) fn heal(&self) {
        for (patient, _) in &self.0[..CRITICAL] {
            patient.finds.store(PASS, Ordering::SeqCst);
        }
    }

    /// How often each critical one has begun.
    pub(crate) fn begun(&self) -> Vec<usize> {
        let critical = self.0[..CRITICAL].iter();
        critical
            .map(|(patient, _)| patient.begun.load(Ordering::SeqCst))
            .collect()
    }
}

fn impact(number: usize) -> Impact {
    match number {
        ..CRITICAL => Impact::Critical,
        _ if number < CRITICAL + DEGRADES => Impact::Degrades,
        _ => Impact::Observe,
    }
}

async fn examine(patient: Arc<Patient>) -> Result<(), &'static str> {
    patient.begun.fetch_add(1, Ordering::SeqCst);
    match patient.finds.load(Ordering::SeqCst) {
        PASS => Ok(()),
        FAIL => Err("found ill"),
        PANIC => panic_any(ON_PURPOSE),
        _ => pending().await,
    }
}
