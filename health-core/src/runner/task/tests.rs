//! Runs that are brought forward, in paused time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::{Check, Health, HealthBuilder};

const SECOND: Duration = Duration::from_secs(1);
const HALF: Duration = Duration::from_millis(500);

/// When a check ran, counted from its making.
#[derive(Clone)]
struct Runs {
    began: Instant,
    at: Arc<Mutex<Vec<Duration>>>,
}

impl Runs {
    fn new() -> Self {
        let at = Arc::default();
        Self {
            began: Instant::now(),
            at,
        }
    }

    fn note(&self) {
        self.at.lock().unwrap().push(self.began.elapsed());
    }

    /// The runs since this was last asked.
    fn take(&self) -> Vec<Duration> {
        std::mem::take(&mut self.at.lock().unwrap())
    }

    fn readiness(&self, name: String) -> Check {
        let runs = self.clone();
        Check::readiness(name, move || {
            runs.note();
            async { true }
        })
    }
}

fn health(checks: impl IntoIterator<Item = Check>) -> Health {
    let all = Health::builder().linked(false);
    checks
        .into_iter()
        .fold(all, HealthBuilder::check)
        .start()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn whoever_is_asleep_runs_now_and_not_all_at_one_moment() {
    let runs = Runs::new();
    let check = |number| {
        runs.readiness(format!("shard-{number}"))
            .every(60 * SECOND)
            .backoff(60 * SECOND)
    };
    let health = health((0..100).map(check));
    sleep(20 * SECOND).await;
    assert_eq!(runs.take().len(), 100);
    health.0.hub.look_again();
    sleep(HALF + HALF / 10).await;
    let looked = runs.take();
    assert_eq!(looked.len(), 100);
    let early = looked
        .iter()
        .filter(|at| **at < 20 * SECOND + HALF / 2)
        .count();
    assert!(
        (20..80).contains(&early),
        "{early} of 100 in the first half"
    );
    // Then each waits for its whole interval, with jitter.
    sleep(53 * SECOND).await;
    assert_eq!(runs.take(), []);
    sleep(14 * SECOND).await;
    assert_eq!(runs.take().len(), 100);
}

#[tokio::test(start_paused = true)]
async fn however_often_it_is_asked_for_one_run_an_interval_is_brought_forward() {
    let runs = Runs::new();
    let check = runs.readiness("database".to_owned());
    let health = health([check.every(10 * SECOND).jitter(0)]);
    sleep(SECOND).await;
    runs.take();
    for _ in 0..300 {
        health.0.hub.look_again();
        sleep(SECOND / 10).await;
    }
    // One after a quarter of the interval; the regular one 10 s later, and one brought forward after it; and so on.
    let all = runs.take();
    assert!((5..=6).contains(&all.len()), "{all:?}");
    for (number, pair) in all.windows(2).enumerate() {
        let apart = pair[1] - pair[0];
        if number % 2 == 0 {
            assert!(apart >= 10 * SECOND, "{all:?}");
        } else {
            let (quarter, late) = (SECOND * 5 / 2, HALF + SECOND / 10 + SECOND / 100);
            assert!(apart >= quarter && apart <= quarter + late, "{all:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn external_checks_too_and_neither_liveness_nor_start_up_nor_first_runs() {
    let [external, startup, live, late] = [(); 4].map(|()| Runs::new());
    let noting = |runs: &Runs| {
        let runs = runs.clone();
        move || {
            runs.note();
            async { false }
        }
    };
    let noted = live.clone();
    let health = health([
        Check::external("external", noting(&external)).every(10 * SECOND),
        Check::startup("startup", noting(&startup)).every(10 * SECOND),
        Check::liveness("live", (), move |()| noted.note()).every(3600 * SECOND),
        Check::readiness("late", noting(&late)).initial_delay(10 * SECOND),
    ]);
    sleep(3 * SECOND).await;
    for runs in [&external, &startup] {
        assert_eq!(runs.take().len(), 1);
    }
    health.0.hub.look_again();
    sleep(SECOND).await;
    assert_eq!(external.take().len(), 1);
    assert_eq!(startup.take(), []);
    assert_eq!(late.take(), [], "it was told to wait");
    // It runs by the clock of its own thread: at most its first run has come.
    assert!(live.take().len() <= 1);
}

#[tokio::test(start_paused = true)]
async fn a_run_under_way_is_none_that_is_asleep() {
    let runs = Runs::new();
    let noted = runs.clone();
    let slow = Check::readiness("slow", move || {
        noted.note();
        async {
            sleep(3 * SECOND).await;
            true
        }
    });
    let health = health([slow.every(10 * SECOND).timeout(5 * SECOND).jitter(0)]);
    sleep(SECOND).await;
    assert_eq!(runs.take().len(), 1);
    health.0.hub.look_again();
    sleep(8 * SECOND).await;
    assert_eq!(runs.take(), [], "what it finds is new enough");
    sleep(2 * SECOND).await;
    assert_eq!(runs.take().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_that_has_backed_off_looks_again_as_well() {
    let runs = Runs::new();
    let noted = runs.clone();
    let fails = Check::readiness("fails", move || {
        noted.note();
        async { false }
    });
    let health = health([fails.every(SECOND).backoff(60 * SECOND).jitter(0)]);
    sleep(200 * SECOND).await;
    runs.take();
    let next = runs.began.elapsed() + HALF + SECOND / 100;
    health.0.hub.look_again();
    sleep(SECOND).await;
    let all = runs.take();
    assert!(matches!(&all[..], [at] if *at <= next), "{all:?}");
}
