use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use health_core::{Cause, Check, CheckReport, CheckState, Health, Probe, Snapshot};
use tokio::time::Instant;

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

/// A runtime on which something blocks again and again, and turns for a moment in between.
#[derive(Clone, Copy, Debug)]
struct Stalls {
    each: Duration,
    between: Duration,
}

impl Stalls {
    /// What a runtime does whose tasks call `std::thread::sleep`: timers are due all at once.
    async fn go_on_for(self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            tokio::time::advance(self.each).await;
            tokio::time::sleep(self.between).await;
        }
    }
}

/// Needs so many turns of its runtime, a moment apart.
fn takes_turns(name: String, turns: u32, apart: Duration) -> Check {
    Check::readiness(name, move || async move {
        for _ in 0..turns {
            tokio::time::sleep(apart).await;
        }
        true
    })
}

/// Stalls that take a run its time need not be longer than the time-out, nor than what the canary sleeps.
#[tokio::test(start_paused = true)]
async fn a_busy_second_leaves_readiness_as_it_was_with_short_time_outs_too() {
    const MILLI: Duration = Duration::from_millis(1);
    for (timeout, every, fail_after, each, between) in [
        (100, 200, 2, 97, 2),
        (100, 1000, 1, 97, 2),
        (50, 5000, 1, 90, 5),
        (50, 200, 2, 90, 5),
        (40, 200, 2, 30, 2),
    ] {
        let all = (0..200).fold(builder(), |all, number| {
            let (turns, apart) = [(1, 6), (3, 2), (6, 1)][number % 3];
            let check = takes_turns(format!("check-{number}"), turns, apart * MILLI);
            let check = check.timeout(timeout * MILLI).every(every * MILLI);
            // Runs that say nothing renew nothing either: that is another matter.
            let check = check.jitter(0).stale_after(20 * SECOND);
            all.check(check.fail_after(fail_after))
        });
        let health = all.start().unwrap();
        all_have_run_at_least_once(&health).await;
        let stalls = Stalls {
            each: each * MILLI,
            between: between * MILLI,
        };
        let mut excused = 0;
        for _ in 0..5 {
            // In a whole one, a check that runs every 200 ms has more failures than are excused.
            stalls.go_on_for(9 * SECOND / 10).await;
            let now = health.snapshot();
            let down = now.checks().filter(|check| check.state() != CheckState::Up);
            assert_eq!(
                down.count(),
                0,
                "{timeout} ms, every {every} ms, {stalls:?}"
            );
            assert!(ready(&health));
            let causes = now.checks().filter_map(CheckReport::cause);
            excused += causes.filter(|cause| *cause == Cause::Inconclusive).count();
            tokio::time::sleep(2 * every * MILLI).await;
        }
        assert!(
            excused > 0,
            "nothing failed: {timeout} ms, every {every} ms"
        );
    }
}

/// Many stalls take as much from a run as one does.
#[tokio::test(start_paused = true)]
async fn stalls_of_which_none_is_long_are_as_good_an_excuse_as_one_that_is() {
    for (timeout, each, between) in [(1000, 200, 10), (100, 18, 1)] {
        let [timeout, each, between] = [timeout, each, between].map(Duration::from_millis);
        let check = takes_turns("database".to_owned(), 20, between);
        let check = check.timeout(timeout).every(SECOND).fail_after(1);
        let health = builder().check(check).start().unwrap();
        all_have_run_at_least_once(&health).await;
        Stalls { each, between }.go_on_for(2 * SECOND).await;
        let now = health.snapshot();
        let cause = now.check("database").unwrap().cause();
        assert_eq!(cause, Some(Cause::Inconclusive), "{each:?} at a time");
        assert!(ready(&health));
    }
}

/// Nobody counts that far; and nothing may overflow.
#[tokio::test(start_paused = true)]
async fn a_check_that_may_fail_for_ever_is_excused_for_ever() {
    for fail_after in [1 << 31, u32::MAX] {
        let hangs = Check::readiness("hangs", pending::<bool>).fail_after(fail_after);
        let health = builder().check(hangs).start().unwrap();
        let cause =
            |cause| move |now: &Snapshot| now.check("hangs").unwrap().cause() == Some(cause);
        tokio::time::sleep(SECOND / 5).await;
        tokio::time::advance(3 * SECOND).await;
        until(&health, cause(Cause::Inconclusive)).await;
        until(&health, cause(Cause::TimedOut)).await;
        assert_eq!(
            health.snapshot().checks().next().unwrap().state(),
            CheckState::Pending
        );
    }
}
