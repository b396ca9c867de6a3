use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use health_core::{Cause, Check, CheckState, Impact, Outcome, Probe};

use crate::support::{Switch, builder, ready, until};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn one_failure_is_not_an_outage_and_two_are() {
    let database = Switch::new(true);
    let health = builder().check(database.check("database")).start().unwrap();
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;

    database.set(false);
    let failed_once = until(&health, |now| {
        now.check("database").unwrap().cause().is_some()
    })
    .await;
    assert!(failed_once.status(Probe::Readiness).is_up());
    let down = until(&health, |now| !now.status(Probe::Readiness).is_up()).await;
    let report = down.check("database").unwrap();
    assert_eq!(report.state(), CheckState::Down);
    assert_eq!(report.outcome(), Some(&Outcome::fail("switched off")));
    assert!(down.status(Probe::Liveness).is_up(), "conflated signals");

    database.set(true);
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
}

#[tokio::test(start_paused = true)]
async fn not_ready_before_every_check_has_run() {
    let quick = Check::readiness("quick", || async { true });
    let slow = Check::readiness("slow", || async {
        tokio::time::sleep(SECOND / 2).await;
        true
    });
    let health = builder().check(quick).check(slow).start().unwrap();
    assert!(!ready(&health));
    let quick_only = until(&health, |now| {
        now.check("quick").unwrap().state() == CheckState::Up
    })
    .await;
    assert!(!quick_only.status(Probe::Readiness).is_up());
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
}

#[tokio::test(start_paused = true)]
async fn a_check_that_times_out_is_dropped_and_harms_no_other() {
    struct Dropped(Arc<AtomicUsize>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    let dropped = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&dropped);
    let hangs = Check::readiness("hangs", move || {
        let guard = Dropped(Arc::clone(&counter));
        async move {
            let _guard = guard;
            pending::<bool>().await
        }
    });
    let other = Switch::new(true);
    let health = builder()
        .check(hangs)
        .check(other.check("other"))
        .start()
        .unwrap();
    let down = until(&health, |now| {
        now.check("hangs").unwrap().state() == CheckState::Down
    })
    .await;
    let report = down.check("hangs").unwrap();
    assert_eq!(report.cause(), Some(Cause::TimedOut));
    assert_eq!(report.took(), Some(SECOND));
    assert_eq!(down.check("other").unwrap().state(), CheckState::Up);
    assert!(dropped.load(Ordering::SeqCst) >= 1);
    assert!(other.runs() >= 1);
}

#[tokio::test(start_paused = true)]
async fn a_check_that_panics_fails_with_its_message_and_runs_again() {
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&runs);
    let panics = Check::readiness("panics", move || {
        let run = counter.fetch_add(1, Ordering::SeqCst);
        async move {
            assert!(run >= 2, "run {run} went wrong");
            true
        }
    });
    let health = builder().check(panics).start().unwrap();
    let down = until(&health, |now| {
        now.check("panics").unwrap().state() == CheckState::Down
    })
    .await;
    let report = down.check("panics").unwrap();
    assert_eq!(report.cause(), Some(Cause::Panicked));
    assert_eq!(
        report.outcome().unwrap().reason(),
        Some("panicked: run 1 went wrong")
    );
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
}

#[tokio::test(start_paused = true)]
async fn a_closure_that_panics_before_its_future_is_the_same() {
    fn broken() -> std::future::Ready<bool> {
        panic!("no future at all")
    }
    let health = builder()
        .check(Check::readiness("panics", broken).fail_after(1))
        .start()
        .unwrap();
    let down = until(&health, |now| {
        now.check("panics").unwrap().state() == CheckState::Down
    })
    .await;
    assert_eq!(down.check("panics").unwrap().cause(), Some(Cause::Panicked));
}

/// A body that blocks can't be dropped. It still fails at its time-out, and is never run a second time beside itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_that_blocks_fails_and_never_overlaps_itself() {
    let (release, blocked) = mpsc::channel::<()>();
    let blocked = Arc::new(Mutex::new(blocked));
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (now_running, seen) = (Arc::clone(&running), Arc::clone(&most));
    let blocks = Check::readiness("blocks", move || {
        let (blocked, running, most) = (
            Arc::clone(&blocked),
            Arc::clone(&now_running),
            Arc::clone(&seen),
        );
        async move {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            let released = blocked.lock().unwrap().recv();
            running.fetch_sub(1, Ordering::SeqCst);
            released.is_err()
        }
    });
    let short = Duration::from_millis(10);
    let other = Switch::new(true);
    let health = builder()
        .check(blocks.timeout(short).every(short).fail_after(1))
        .check(other.check("other").every(short))
        .start()
        .unwrap();
    let down = until(&health, |now| {
        now.check("blocks").unwrap().cause() == Some(Cause::Hung)
    })
    .await;
    assert_eq!(down.check("blocks").unwrap().state(), CheckState::Down);
    let runs = other.runs();
    while other.runs() == runs {
        tokio::time::sleep(short).await;
    }
    drop(release);
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    assert_eq!(most.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failing_check_is_asked_less_and_less_often() {
    let database = Switch::new(false);
    let check = database
        .check("database")
        .every(SECOND)
        .backoff(8 * SECOND)
        .jitter(0);
    let health = builder().check(check).start().unwrap();
    until(&health, |now| {
        now.check("database").unwrap().state() == CheckState::Down
    })
    .await;
    let before = database.runs();
    tokio::time::sleep(60 * SECOND).await;
    // 2, 4, then 8 seconds between: 8 runs in a minute, not 60.
    assert_eq!(database.runs() - before, 8);
}

#[tokio::test(start_paused = true)]
async fn only_critical_checks_decide() {
    let [degrades, observed] = [Switch::new(false), Switch::new(false)];
    let health = builder()
        .check(degrades.check("degrades").impact(Impact::Degrades))
        .check(observed.check("observed").impact(Impact::Observe))
        .start()
        .unwrap();
    assert!(ready(&health));
    let down = |name: &'static str| {
        move |now: &health_core::Snapshot| now.check(name).unwrap().state() == CheckState::Down
    };
    until(&health, down("degrades")).await;
    until(&health, down("observed")).await;
    assert!(ready(&health));
}

#[tokio::test]
async fn liveness_runs_on_its_own_thread() {
    let evidence = Arc::new(Mutex::new(None));
    struct Shared(Arc<Mutex<Option<String>>>);
    impl health_core::InProcess for Shared {}
    let check = Check::liveness("turns", Shared(Arc::clone(&evidence)), |Shared(thread)| {
        *thread.lock().unwrap() = std::thread::current().name().map(str::to_owned);
        true
    });
    let health = builder()
        .check(check.every(Duration::from_millis(20)))
        .start()
        .unwrap();
    until(&health, |now| {
        now.check("turns").unwrap().state() == CheckState::Up
    })
    .await;
    assert_eq!(evidence.lock().unwrap().as_deref(), Some("health-check"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_comes_late_is_dropped_and_said_to_be() {
    let (release, blocked) = mpsc::channel::<()>();
    let blocked = Arc::new(Mutex::new(blocked));
    let late = Check::readiness("late", move || {
        let blocked = Arc::clone(&blocked);
        async move { blocked.lock().unwrap().recv().is_ok() }
    });
    let late = late.timeout(SECOND / 5).every(SECOND).fail_after(1);
    let health = builder().check(late).start().unwrap();
    // A busy machine may make the first of its time-outs inconclusive; it goes on hanging.
    until(&health, |now| {
        now.check("late").unwrap().state() == CheckState::Down
    })
    .await;
    release.send(()).unwrap();
    let seen = until(&health, |now| {
        now.check("late").unwrap().cause() == Some(Cause::Late)
    })
    .await;
    assert_eq!(seen.check("late").unwrap().state(), CheckState::Down);
    assert!(!ready(&health));
}

/// A lock that is never released: the one failure that liveness is for. It can't be run again, and can't be dropped.
#[tokio::test]
async fn a_liveness_check_that_hangs_for_ever_is_down() {
    let runs = AtomicUsize::new(0);
    let hangs = Check::liveness("lock", (), move |()| {
        while runs.fetch_add(1, Ordering::SeqCst) > 0 {
            std::thread::park();
        }
        true
    });
    let short = Duration::from_millis(20);
    let health = builder()
        .check(hangs.every(short).timeout(short).backoff(short))
        .start()
        .unwrap();
    let alive = until(&health, |now| {
        now.check("lock").unwrap().outcome().is_some()
    })
    .await;
    assert!(alive.status(Probe::Liveness).is_up());
    let dead = until(&health, |now| !now.status(Probe::Liveness).is_up()).await;
    assert_eq!(dead.check("lock").unwrap().cause(), Some(Cause::Hung));
}

/// A dependency that hangs in blocking code must not have the process restarted.
#[tokio::test]
async fn readiness_checks_that_hang_do_not_starve_liveness() {
    let short = Duration::from_millis(20);
    let mut all = builder();
    for number in 0..100 {
        let hangs = Check::readiness_blocking(format!("hangs-{number}"), || -> bool {
            loop {
                std::thread::park();
            }
        });
        all = all.check(hangs.every(short).timeout(short));
    }
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&runs);
    let live = Check::liveness("turns", (), move |()| {
        counter.fetch_add(1, Ordering::SeqCst) < usize::MAX
    });
    let health = all.check(live.every(short)).start().unwrap();
    until(&health, |now| {
        now.checks()
            .filter(|check| check.state() == CheckState::Down)
            .count()
            == 100
    })
    .await;
    let before = runs.load(Ordering::SeqCst);
    while runs.load(Ordering::SeqCst) < before + 5 {
        tokio::time::sleep(short).await;
    }
    let snapshot = health.snapshot();
    assert_eq!(snapshot.check("turns").unwrap().state(), CheckState::Up);
    assert!(snapshot.status(Probe::Liveness).is_up());
}

#[tokio::test(start_paused = true)]
async fn one_run_that_times_out_is_one_failure() {
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&runs);
    let hangs = Check::readiness("hangs", move || {
        counter.fetch_add(1, Ordering::SeqCst);
        pending::<bool>()
    });
    let health = builder()
        .check(hangs.every(SECOND / 2).timeout(SECOND).fail_after(3))
        .start()
        .unwrap();
    until(&health, |now| {
        now.check("hangs").unwrap().state() == CheckState::Down
    })
    .await;
    // The next one may have begun by now.
    assert!(runs.load(Ordering::SeqCst) >= 3);
}
