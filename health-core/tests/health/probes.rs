use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use health_core::{Cause, Check, CheckState, Phase, Probe, ProbeStatus};

use crate::support::{Switch, builder, ready, until};

#[tokio::test(start_paused = true)]
async fn without_any_check_it_is_alive_ready_and_started_but_never_external() {
    let health = builder().start().unwrap();
    assert_eq!(health.snapshot().phase(), Phase::Serving);
    for probe in [Probe::Liveness, Probe::Readiness, Probe::Startup] {
        assert_eq!(health.status(probe), ProbeStatus::Up, "{probe}");
    }
    assert_eq!(health.status(Probe::External), ProbeStatus::Absent);
}

#[tokio::test(start_paused = true)]
async fn readiness_waits_for_start_up_which_never_goes_back() {
    let warm = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&warm);
    let cache = Check::startup("cache", move || {
        let warm = seen.load(Ordering::SeqCst);
        async move { warm }
    });
    let health = builder()
        .check(cache)
        .check(Switch::new(true).check("database"))
        .start()
        .unwrap();
    let running = until(&health, |now| {
        now.check("database").unwrap().state() == CheckState::Up
    })
    .await;
    assert_eq!(running.phase(), Phase::Starting);
    assert!(!running.status(Probe::Startup).is_up() && !running.status(Probe::Readiness).is_up());

    warm.store(true, Ordering::SeqCst);
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    warm.store(false, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert!(health.status(Probe::Startup).is_up() && ready(&health));
}

#[tokio::test(start_paused = true)]
async fn an_external_check_has_its_own_answer() {
    let health = builder()
        .check(Check::external("canary", || async {
            Err::<(), _>("404 at the edge")
        }))
        .start()
        .unwrap();
    assert_eq!(
        health.status(Probe::External),
        ProbeStatus::Down,
        "it has not run yet"
    );
    until(&health, |now| {
        now.check("canary").unwrap().state() == CheckState::Down
    })
    .await;
    assert_eq!(health.status(Probe::External), ProbeStatus::Down);
    assert!(ready(&health));
}

/// The runtime on which the checks run has gone: nobody renews their results, and readers find out by themselves.
#[test]
fn results_that_nobody_renews_go_stale_for_the_reader() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let short = Duration::from_millis(50);
    let health = builder()
        .runtime(runtime.handle().clone())
        .check(
            Switch::new(true)
                .check("database")
                .every(short)
                .timeout(short),
        )
        .start()
        .unwrap();
    runtime.block_on(until(&health, |now| now.status(Probe::Readiness).is_up()));
    runtime.shutdown_background();
    let waiting = std::time::Instant::now();
    while ready(&health) {
        assert!(
            waiting.elapsed() < Duration::from_secs(20),
            "still ready on an old result"
        );
        std::thread::yield_now();
    }
    assert!(!health.snapshot().status(Probe::Readiness).is_up());
    assert!(health.status(Probe::Liveness).is_up());
}

#[tokio::test(start_paused = true)]
async fn a_stale_result_says_so() {
    let check = passes_once_and_hangs("database");
    let health = builder().check(check).start().unwrap();
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    let stale = until(&health, |now| {
        now.check("database").unwrap().cause() == Some(Cause::Stale)
    })
    .await;
    assert_eq!(stale.check("database").unwrap().state(), CheckState::Down);
    assert!(!ready(&health));
}

/// What is not critical decides nothing, and must not make a probe vacuously up.
#[tokio::test(start_paused = true)]
async fn a_probe_is_never_up_for_checks_that_do_not_count() {
    for impact in [health_core::Impact::Degrades, health_core::Impact::Observe] {
        let canary = Check::external("canary", || async { false }).impact(impact);
        let health = builder().check(canary).start().unwrap();
        assert_eq!(health.status(Probe::External), ProbeStatus::Absent);
    }
    let shared = Check::startup("migrations", || async { false }).scope(health_core::Scope::Shared);
    let health = builder().check(shared).start().unwrap();
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(!health.status(Probe::Startup).is_up() && !ready(&health));
}

#[tokio::test(start_paused = true)]
async fn a_check_that_is_not_critical_goes_stale_as_well() {
    let check = passes_once_and_hangs("observed");
    let health = builder()
        .check(check.impact(health_core::Impact::Observe))
        .start()
        .unwrap();
    until(&health, |now| {
        now.check("observed").unwrap().cause() == Some(Cause::Stale)
    })
    .await;
    assert!(ready(&health));
}

/// Its time-out is longer than its results are believed: what goes stale is the one pass.
fn passes_once_and_hangs(name: &'static str) -> Check {
    let ran = AtomicBool::new(false);
    let check = Check::readiness(name, move || {
        let again = ran.swap(true, Ordering::SeqCst);
        async move {
            if again {
                std::future::pending::<()>().await;
            }
            true
        }
    });
    check
        .timeout(Duration::from_secs(3600))
        .stale_after(Duration::from_secs(20))
}
