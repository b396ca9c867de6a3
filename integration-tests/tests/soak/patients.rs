//! Checks that find what the driver wants them to. Readiness ones come first, for the driver knows what they make of it.

use std::future::pending;
use std::panic::panic_any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use fastrand::Rng;
use health_tower::{Check, HealthBuilder, Impact, InProcess};

use crate::panics::ON_PURPOSE;

const CRITICAL: usize = 14;
const DEGRADES: usize = 4;
const OBSERVE: usize = 3;
/// All of these are critical.
const LIVENESS: usize = 3;
const EXTERNAL: usize = 3;

const READINESS: usize = CRITICAL + DEGRADES + OBSERVE;
const ALL: usize = READINESS + LIVENESS + EXTERNAL;

const TIMEOUT: Duration = Duration::from_millis(50);

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
        Self((0..ALL).map(|_| (Arc::default(), settings(rng))).collect())
    }

    pub(crate) fn register(&self, builder: HealthBuilder) -> HealthBuilder {
        let numbered = self.0.iter().enumerate();
        numbered.fold(builder, |builder, (number, (patient, settings))| {
            let check = Patient::check(patient, number)
                .every(settings.every)
                .backoff(settings.every)
                .timeout(TIMEOUT)
                .fail_after(settings.fail_after)
                .pass_after(settings.pass_after);
            builder.check(check)
        })
    }

    /// Lets one of those on which readiness depends find some fault, or one of the others anything.
    pub(crate) fn infect(&self, critical: bool, rng: &mut Rng) {
        let patient = if critical {
            rng.usize(..CRITICAL)
        } else {
            rng.usize(CRITICAL..ALL)
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
        for patient in self.critical() {
            patient.finds.store(PASS, Ordering::SeqCst);
        }
    }

    /// How often each critical one has begun.
    pub(crate) fn begun(&self) -> Vec<usize> {
        let begun = |patient: &Patient| patient.begun.load(Ordering::SeqCst);
        self.critical().map(begun).collect()
    }

    fn critical(&self) -> impl Iterator<Item = &Patient> {
        let critical = self.0[..CRITICAL].iter().chain(&self.0[READINESS..]);
        critical.map(|(patient, _)| &**patient)
    }
}

fn impact(number: usize) -> Impact {
    match number {
        ..CRITICAL => Impact::Critical,
        _ if number < CRITICAL + DEGRADES => Impact::Degrades,
        _ => Impact::Observe,
    }
}

/// What liveness asks for.
struct Evidence(Arc<Patient>);

impl InProcess for Evidence {}

impl Patient {
    fn check(patient: &Arc<Self>, number: usize) -> Check {
        let name = format!("patient {number}");
        let patient = Arc::clone(patient);
        match number {
            ..READINESS => {
                let check = Check::readiness(name, move || Arc::clone(&patient).examine());
                check.stale_after(DAY).impact(impact(number))
            }
            _ if number < READINESS + LIVENESS => {
                Check::liveness(name, Evidence(patient), |Evidence(patient)| patient.block())
            }
            // Blocking ones too.
            _ if number == ALL - 1 => {
                Check::external_blocking(name, move || patient.block()).stale_after(DAY)
            }
            _ => {
                let check = Check::external(name, move || Arc::clone(&patient).examine());
                check.stale_after(DAY)
            }
        }
    }

    /// `None`: it hangs.
    fn find(&self) -> Option<Result<(), &'static str>> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        match self.finds.load(Ordering::SeqCst) {
            PASS => Some(Ok(())),
            FAIL => Some(Err("found ill")),
            PANIC => panic_any(ON_PURPOSE),
            _ => None,
        }
    }

    async fn examine(self: Arc<Self>) -> Result<(), &'static str> {
        match self.find() {
            Some(found) => found,
            None => pending().await,
        }
    }

    /// Comes too late where it hangs.
    fn block(&self) -> Result<(), &'static str> {
        self.find().unwrap_or_else(|| {
            thread::sleep(2 * TIMEOUT);
            Ok(())
        })
    }
}
