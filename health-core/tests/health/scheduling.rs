use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use health_core::{Check, CheckState, Health, Probe};
use tokio::time::Instant;

use crate::support::{Switch, builder, ready, until};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn overloaded_probes_asking_runs_nothing() {
    let database = Switch::new(true);
    let health = builder().check(database.check("database")).start().unwrap();
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    let runs = database.runs();
    for _ in 0..10_000 {
        assert!(ready(&health) && health.snapshot().status(Probe::Readiness).is_up());
    }
    tokio::task::yield_now().await;
    assert_eq!(database.runs(), runs);
}

#[tokio::test(start_paused = true)]
async fn a_slow_check_never_delays_another() {
    let quick = Switch::new(true);
    let hang =
        Check::readiness("hang", || async { pending::<bool>().await }).timeout(3600 * SECOND);
    let slow = Check::readiness("slow", || async {
        tokio::time::sleep(30 * SECOND).await;
        true
    });
    let health = builder()
        .check(hang)
        .check(slow.timeout(60 * SECOND))
        .check(quick.check("quick").every(SECOND).jitter(0))
        .start()
        .unwrap();
    until(&health, |now| {
        now.check("quick").unwrap().outcome().is_some()
    })
    .await;
    let before = quick.runs();
    tokio::time::sleep(100 * SECOND).await;
    // Timers count in milliseconds, rounded up: a run a minute is lost to that.
    let runs = quick.runs() - before;
    assert!((98..=100).contains(&runs), "{runs} runs in 100 s");
}

/// Many checks of one service, and one check of many replicas: neither runs all at the same moment.
#[tokio::test(start_paused = true)]
async fn thundering_herd_runs_are_spread_and_stay_so() {
    let most = Arc::new(AtomicUsize::new(0));
    let running = Arc::new(AtomicUsize::new(0));
    let mut all = builder();
    for number in 0..1000 {
        let (running, most) = (Arc::clone(&running), Arc::clone(&most));
        let check = Check::readiness(format!("shard-{number}"), move || {
            let (running, most) = (Arc::clone(&running), Arc::clone(&most));
            async move {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(SECOND / 10).await;
                running.fetch_sub(1, Ordering::SeqCst);
                true
            }
        });
        all = all.check(check);
    }
    let _health = all.start().unwrap();
    tokio::time::sleep(60 * SECOND).await;
    // Evenly, 20 of them run at a time: 1,000 every 5 s, a tenth of a second each.
    let most = most.load(Ordering::SeqCst);
    assert!((10..100).contains(&most), "{most} ran at once");
}

/// Replicas that a deployment starts at the same moment don't ask their database at the same moments.
#[tokio::test(start_paused = true)]
async fn thundering_herd_replicas_that_start_together_drift_apart() {
    let begun = Instant::now();
    let replicas: Vec<_> = (0..20)
        .map(|_| {
            let runs = Arc::new(Mutex::new(Vec::new()));
            let noted = Arc::clone(&runs);
            let check = Check::readiness("database", move || {
                noted.lock().unwrap().push(begun.elapsed());
                async { true }
            });
            (runs, builder().check(check).start().unwrap())
        })
        .collect();
    tokio::time::sleep(60 * SECOND).await;
    let spread = |run: usize| {
        let times = replicas.iter().map(|(runs, _)| runs.lock().unwrap()[run]);
        times.clone().max().unwrap() - times.min().unwrap()
    };
    assert!(spread(0) <= SECOND / 10, "they start together");
    // Each interval varies by half a second to either side.
    assert!(spread(9) > SECOND / 2, "{:?}", spread(9));
}

fn passes_on(runtime: &tokio::runtime::Runtime, health: impl FnOnce() -> Health) {
    let health = health();
    runtime.block_on(until(&health, |now| {
        now.check("database").unwrap().state() == CheckState::Up
    }));
    assert!(ready(&health));
}

#[test]
fn every_flavour_of_runtime_will_do() {
    let current = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let multi = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    for runtime in [&current, &multi] {
        passes_on(runtime, || {
            let _inside = runtime.enter();
            builder()
                .check(Switch::new(true).check("database"))
                .start()
                .unwrap()
        });
        passes_on(runtime, || {
            let outside = builder().runtime(runtime.handle().clone());
            outside
                .check(Switch::new(true).check("database"))
                .start()
                .unwrap()
        });
    }
}

#[test]
fn checks_on_one_runtime_answer_on_another() {
    let checks = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let other = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    passes_on(&other, || {
        let elsewhere = builder().runtime(checks.handle().clone());
        elsewhere
            .check(Switch::new(true).check("database"))
            .start()
            .unwrap()
    });
}
