//! A service whose runtime stands still again and again, for longer than its results are believed: nobody takes them back, and nobody
//! publishes anything. Board and snapshot know by themselves.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use health_tower::{Cause, Check, Health, HealthLayer, HealthService, Probe, Watchdog};
use http::Request;
use integration_tests::host::builder;
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tower::{Layer as _, ServiceExt as _};
use tracing::subscriber::{NoSubscriber, with_default};

use crate::follows::must_be_up;
use crate::witness::Witness;

const EVERY: Duration = Duration::from_millis(20);
/// After the next planned run.
const STALE_AFTER: Duration = Duration::from_millis(60);
const TURNS: Duration = Duration::from_millis(100);
const STANDS_STILL: Duration = Duration::from_millis(300);

const ASKED: [(Probe, &str); 4] = [
    (Probe::Readiness, "/health/ready"),
    (Probe::External, "/health/external"),
    (Probe::Liveness, "/health/live"),
    (Probe::Startup, "/health/startup"),
];

pub(crate) struct Sleeper {
    health: Health,
    service: HealthService<Router>,
    /// Odd while it stands still: then nothing can be published.
    sleeps: Arc<AtomicU64>,
    seen: Arc<Seen>,
    _awake: oneshot::Sender<()>,
}

/// How many answers were judged.
#[derive(Debug, Default)]
struct Seen {
    fresh: AtomicUsize,
    stale: AtomicUsize,
}

impl Sleeper {
    pub(crate) fn start() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let renewed = |check: Check| check.every(EVERY).timeout(EVERY).stale_after(STALE_AFTER);
        let health = builder()
            .runtime(runtime.handle().clone())
            // It would publish as well.
            .watchdog(Watchdog::off())
            .check(renewed(Check::readiness("database", async || true)))
            .check(renewed(Check::external("canary", async || true)))
            .start()
            .unwrap();
        let sleeps = Arc::new(AtomicU64::new(0));
        let (awake, mut over) = oneshot::channel::<()>();
        let counted = Arc::clone(&sleeps);
        let turns = async move {
            while over.try_recv() == Err(oneshot::error::TryRecvError::Empty) {
                tokio::time::sleep(TURNS).await;
                counted.fetch_add(1, Ordering::SeqCst);
                thread::sleep(STANDS_STILL);
                counted.fetch_add(1, Ordering::SeqCst);
            }
        };
        // Its checks and probes are not those that the log follows.
        let turns = move || with_default(NoSubscriber::new(), || runtime.block_on(turns));
        thread::spawn(turns);
        Self {
            service: HealthLayer::new(&health).layer(Router::new()),
            health,
            sleeps,
            seen: Arc::default(),
            _awake: awake,
        }
    }

    /// Asks until the witness says stop.
    pub(crate) fn prober(&self, witness: &Arc<Witness>) -> JoinHandle<()> {
        let (health, service) = (self.health.clone(), self.service.clone());
        let (sleeps, seen) = (Arc::clone(&self.sleeps), Arc::clone(&self.seen));
        let witness = Arc::clone(witness);
        tokio::spawn(async move {
            while !witness.stop.load(Ordering::Relaxed) {
                for (probe, path) in ASKED {
                    let sleep = sleeps.load(Ordering::SeqCst);
                    let before = health.snapshot();
                    let board = health.status(probe).is_up();
                    let request = Request::get(path).body(Body::empty()).unwrap();
                    let answer = service.clone().oneshot(request).await.unwrap();
                    let answer = answer.status() == 200;
                    let board_after = health.status(probe).is_up();
                    let after = health.snapshot();
                    let slept = sleep % 2 == 1 && sleeps.load(Ordering::SeqCst) == sleep;
                    let [up, up_after] = [&before, &after].map(|now| must_be_up(now, probe));
                    if !slept || up != up_after {
                        continue;
                    }
                    let said = [before.status(probe).is_up(), board, answer, board_after];
                    if said != [up; 4] {
                        let what = "snapshot, board, answer, board";
                        let what = format!("asleep, {probe} is up: {up}; {what}: {said:?}");
                        witness.violation(None, what);
                    }
                    let stale = before
                        .checks()
                        .any(|check| check.cause() == Some(Cause::Stale));
                    let seen = if stale { &seen.stale } else { &seen.fresh };
                    seen.fetch_add(1, Ordering::Relaxed);
                }
                tokio::task::yield_now().await;
            }
        })
    }

    /// There is enough of everything.
    pub(crate) fn assert_telling(&self) {
        let Seen { fresh, stale } = &*self.seen;
        let [fresh, stale] = [fresh, stale].map(|count| count.load(Ordering::Relaxed));
        assert!(fresh > 100 && stale > 100, "{self}");
    }
}

impl fmt::Display for Sleeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "asleep {:?}", self.seen)
    }
}
