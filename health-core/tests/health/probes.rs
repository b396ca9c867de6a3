use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use health_core::{Cause, Check, CheckState, Health, Impact, Phase, Probe, ProbeStatus, Snapshot};

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
    let snapshot = health.snapshot();
    assert!(!snapshot.status(Probe::Readiness).is_up());
    let report = snapshot.check("database").unwrap();
    let says = (report.state(), report.cause());
    assert_eq!(says, (CheckState::Down, Some(Cause::Stale)));
    assert!(
        report
            .outcome()
            .unwrap()
            .reason()
            .unwrap()
            .contains("stale")
    );
    assert!(health.status(Probe::Liveness).is_up());
}

#[tokio::test(start_paused = true)]
async fn a_stale_result_says_so() {
    let check = passes_once_and_hangs("database");
    let health = builder().check(check).start().unwrap();
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    let stale = until_stale(&health, "database").await;
    assert_eq!(stale.check("database").unwrap().state(), CheckState::Down);
    assert!(!ready(&health));
}

/// What is not critical decides nothing, and must not make a probe vacuously up.
#[tokio::test(start_paused = true)]
async fn a_probe_is_never_up_for_checks_that_do_not_count() {
    let canary = Check::external("canary", || async { true }).impact(Impact::Observe);
    let health = builder().check(canary).start().unwrap();
    until(&health, |now| {
        now.check("canary").unwrap().state() == CheckState::Up
    })
    .await;
    assert_eq!(health.status(Probe::External), ProbeStatus::Absent);
    assert_eq!(
        health.snapshot().status(Probe::External),
        ProbeStatus::Absent
    );
}

#[tokio::test(start_paused = true)]
async fn a_start_up_check_that_is_observed_holds_nothing_up() {
    let observed = Check::startup("migrations", || async { false }).impact(Impact::Observe);
    let warm = Check::startup("cache", || async { true });
    let health = builder().check(observed).check(warm).start().unwrap();
    assert!(!health.status(Probe::Startup).is_up());
    until(&health, |now| now.status(Probe::Startup).is_up()).await;
    let down = until(&health, |now| {
        now.check("migrations").unwrap().state() == CheckState::Down
    })
    .await;
    assert!(down.status(Probe::Startup).is_up() && ready(&health));
}

#[tokio::test(start_paused = true)]
async fn a_check_that_is_not_critical_goes_stale_as_well() {
    let check = passes_once_and_hangs("observed").impact(Impact::Observe);
    let health = builder().check(check).start().unwrap();
    until(&health, |now| {
        now.check("observed").unwrap().state() == CheckState::Up
    })
    .await;
    until_stale(&health, "observed").await;
    assert!(ready(&health));
}

/// Its further runs say nothing as long as its runtime lags: what goes stale is the one pass.
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
    // Between the ends of two runs, so that none is found in the same moment.
    let stale_after = Duration::from_secs(8);
    check.fail_after(1000).jitter(0).stale_after(stale_after)
}

/// The clock jumps by half a time-out again and again, as it does for a runtime that always lags.
async fn until_stale(health: &Health, name: &str) -> Snapshot {
    let lags = async {
        loop {
            tokio::time::advance(Duration::from_millis(500)).await;
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        stale = until(health, |now| now.check(name).unwrap().cause() == Some(Cause::Stale)) => stale,
        () = lags => unreachable!("it lags for ever"),
    }
}
