use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use health_core::{Cause, Check, CheckState, Health, Probe};

use crate::support::{builder, ready, until};

const SECOND: Duration = Duration::from_secs(1);

/// Checks that hang while the switch is on, each down after its first failure.
fn hanging(count: usize) -> (Health, Arc<AtomicBool>) {
    let hang = Arc::new(AtomicBool::new(false));
    let mut all = builder();
    for number in 0..count {
        let hang = Arc::clone(&hang);
        let check = Check::readiness(format!("check-{number}"), move || {
            let hang = hang.load(Ordering::SeqCst);
            async move {
                if hang {
                    pending::<()>().await;
                }
                true
            }
        });
        all = all.check(check.fail_after(1).jitter(0));
    }
    (all.start().unwrap(), hang)
}

/// Waits until every check has passed once.
async fn all_have_run_at_least_once(health: &Health) {
    until(health, |now| {
        now.checks().all(|check| check.state() == CheckState::Up)
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_burst_of_loop_lag_over_all_checks_leaves_readiness_as_it_was() {
    let (health, hang) = hanging(50);
    all_have_run_at_least_once(&health).await;
    hang.store(true, Ordering::SeqCst);
    // The next runs have begun by now, and hang.
    tokio::time::sleep(5 * SECOND + SECOND / 5).await;
    // The clock jumps, as it does for a runtime that stood still: every time-out is over at once.
    tokio::time::advance(3 * SECOND).await;
    let seen = until(&health, |now| {
        now.checks()
            .all(|check| check.cause() == Some(Cause::Inconclusive))
    })
    .await;
    assert!(seen.checks().all(|check| check.state() == CheckState::Up));
    assert!(seen.status(Probe::Readiness).is_up() && ready(&health));

    hang.store(false, Ordering::SeqCst);
    until(&health, |now| {
        now.checks().all(|check| check.cause().is_none())
    })
    .await;
    assert!(ready(&health));
}

#[tokio::test(start_paused = true)]
async fn the_same_without_lag_is_a_failure() {
    let (health, hang) = hanging(50);
    all_have_run_at_least_once(&health).await;
    hang.store(true, Ordering::SeqCst);
    let down = until(&health, |now| {
        now.checks().all(|check| check.state() == CheckState::Down)
    })
    .await;
    assert!(
        down.checks()
            .all(|check| check.cause() == Some(Cause::TimedOut))
    );
    assert!(!ready(&health));
}

/// Lag is no excuse for ever: what is inconclusive again and again renews nothing, and counts in the end.
#[tokio::test(start_paused = true)]
async fn a_runtime_that_always_lags_is_not_ready_in_the_end() {
    let (health, hang) = hanging(1);
    all_have_run_at_least_once(&health).await;
    hang.store(true, Ordering::SeqCst);
    let mut jumps = 0;
    while ready(&health) {
        tokio::time::advance(SECOND / 2).await;
        tokio::task::yield_now().await;
        jumps += 1;
        assert!(jumps < 1000, "lag keeps it ready for ever");
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_during_lag_is_a_success() {
    let slow = Check::readiness("slow", || async {
        tokio::time::sleep(SECOND / 2).await;
        true
    });
    let health = builder().check(slow).start().unwrap();
    tokio::task::yield_now().await;
    tokio::time::advance(3 * SECOND).await;
    until(&health, |now| {
        now.check("slow").unwrap().state() == CheckState::Up
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_check_that_has_not_run_says_so() {
    let health = builder()
        .check(Check::readiness("later", || async { true }).initial_delay(SECOND))
        .start()
        .unwrap();
    let snapshot = health.snapshot();
    let later = snapshot.check("later").unwrap();
    assert_eq!(
        (later.cause(), later.state()),
        (Some(Cause::NeverRun), CheckState::Pending)
    );
    assert!(later.outcome().is_none() && later.age().is_none());
}

/// Nor is it for a check that always fails: liveness, which never goes stale, would be excused for ever on a throttled node.
#[tokio::test(start_paused = true)]
async fn failures_that_always_come_with_lag_count_in_the_end() {
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&runs);
    let check = Check::readiness("broken", move || {
        counter.fetch_add(1, Ordering::SeqCst);
        async {
            tokio::time::sleep(SECOND / 2).await;
            false
        }
    });
    let health = builder()
        .check(check.stale_after(3600 * SECOND).fail_after(2))
        .start()
        .unwrap();
    while health.snapshot().check("broken").unwrap().state() != CheckState::Down {
        tokio::time::advance(SECOND).await;
        tokio::task::yield_now().await;
        assert!(runs.load(Ordering::SeqCst) < 20, "lag excuses it for ever");
    }
    // Four are excused, and two of those that follow count.
    assert_eq!(runs.load(Ordering::SeqCst), 6);
}
