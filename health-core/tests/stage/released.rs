use health_core::{Check, CheckState, Probe};

use crate::{Calls, MINUTE, is_up, stage};

/// However far away its next run was.
#[tokio::test(start_paused = true)]
async fn a_check_that_is_let_go_runs_at_once() {
    let calls = Calls::default();
    let often = calls.passing("database").every(MINUTE).backoff(30 * MINUTE);
    let stage = stage([often, calls.alive("memory").every(MINUTE)]);
    stage.all_ran().await;
    for name in ["database", "memory"] {
        stage.fails(name, "no");
    }
    stage.advance(20 * MINUTE).await;
    let before = calls.count();
    for name in ["database", "memory"] {
        stage.release(name);
    }
    assert!(!is_up(&stage, Probe::Readiness), "until it has run");
    stage.advance(std::time::Duration::ZERO).await;
    assert_eq!(calls.count(), before + 2);
    assert!(is_up(&stage, Probe::Readiness) && is_up(&stage, Probe::Liveness));
}

#[tokio::test(start_paused = true)]
async fn its_thresholds_hold_again() {
    let check = Check::readiness("database", || async { false });
    let stage = stage([check.fail_after(3).jitter(0)]);
    stage.passes("database");
    stage.release("database");
    let state = || {
        let now = stage.health().snapshot();
        now.check("database").unwrap().state()
    };
    let mut states = Vec::new();
    for _ in 0..4 {
        stage.advance(std::time::Duration::from_secs(4)).await;
        states.push(state());
    }
    let (up, down) = (CheckState::Up, CheckState::Down);
    // At 0, 5 and 10 s.
    assert_eq!(states, [up, up, down, down]);
}

/// Where it doesn't come back, what it was forced to say is not believed for ever.
#[tokio::test(start_paused = true)]
async fn it_can_go_stale_again() {
    let check = Calls::default().passing("database").initial_delay(MINUTE);
    let health = {
        let stage = stage([check]);
        stage.passes("database");
        stage.release("database");
        stage.health().subscribe()
    };
    // The last handle has gone, and its checks with it.
    assert!(health.current().status(Probe::Readiness).is_up());
    tokio::time::sleep(MINUTE).await;
    assert!(!health.current().status(Probe::Readiness).is_up());
}

#[tokio::test(start_paused = true)]
async fn one_that_is_not_forced_is_left_alone() {
    let calls = Calls::default();
    let stage = stage([calls.passing("database").every(MINUTE)]);
    stage.all_ran().await;
    stage.release("database");
    stage.advance(std::time::Duration::ZERO).await;
    assert_eq!(calls.count(), 1);
}
