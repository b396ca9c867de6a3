use std::time::Duration;

use health_core::{Cause, Check, CheckState, Impact, Outcome, Probe};

use crate::{Calls, MINUTE, SECOND, is_up, stage};

/// Nothing is awaited between the call and the answer.
#[tokio::test(start_paused = true)]
async fn it_takes_effect_before_anything_has_run() {
    let calls = Calls::default();
    let stage = stage([calls.passing("database")]);
    let part = stage.health().part(["database"]).unwrap();
    assert!(!is_up(&stage, Probe::Readiness));
    stage.passes("database");
    assert!(is_up(&stage, Probe::Readiness) && part.status().is_up());
    stage.fails("database", "connection refused");
    assert!(!is_up(&stage, Probe::Readiness) && !part.status().is_up());
    stage.warns("database", "slow");
    assert!(is_up(&stage, Probe::Readiness) && part.status().is_up());
    assert_eq!(calls.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_report_says_what_the_test_said() {
    let stage = stage([Calls::default().passing("database")]);
    let told = || {
        let now = stage.health().snapshot();
        let report = now.check("database").unwrap().clone();
        let outcome = report.outcome().unwrap().clone();
        (report.state(), report.cause(), outcome)
    };
    stage.fails("database", "connection refused");
    let refused = Outcome::fail("connection refused");
    let down = CheckState::Down;
    assert_eq!(told(), (down, Some(Cause::Failed), refused));
    stage.times_out("database");
    assert_eq!((told().0, told().1), (down, Some(Cause::TimedOut)));
    stage.warns("database", "slow");
    assert_eq!(told(), (CheckState::Up, None, Outcome::warn("slow")));
    stage.passes("database");
    assert_eq!(told(), (CheckState::Up, None, Outcome::Pass));
}

#[tokio::test(start_paused = true)]
async fn thresholds_are_met_at_once_however_high() {
    let check = Calls::default().passing("database");
    let stage = stage([check.fail_after(u32::MAX).pass_after(7)]);
    for _ in 0..2 {
        stage.passes("database");
        assert!(is_up(&stage, Probe::Readiness));
        stage.fails("database", "no");
        assert!(!is_up(&stage, Probe::Readiness));
    }
}

#[tokio::test(start_paused = true)]
async fn it_holds_for_the_runs_that_follow_without_calling_the_check() {
    let calls = Calls::default();
    let stage = stage([calls.passing("database"), calls.alive("memory")]);
    stage.all_ran().await;
    let before = calls.count();
    stage.fails("database", "no");
    stage.fails("memory", "corrupt");
    for _ in 0..3 {
        stage.advance(MINUTE).await;
        assert!(!is_up(&stage, Probe::Readiness) && !is_up(&stage, Probe::Liveness));
    }
    stage.passes("database");
    stage.passes("memory");
    for _ in 0..3 {
        stage.advance(MINUTE).await;
        assert!(is_up(&stage, Probe::Readiness) && is_up(&stage, Probe::Liveness));
    }
    assert_eq!(calls.count(), before);
    let runs = stage.health().snapshot().check("database").unwrap().runs();
    assert!(runs > 15, "{runs}: it is run as ever");
}

/// Its answer is on the way when the test forces another.
#[tokio::test(start_paused = true)]
async fn a_run_that_is_under_way_counts_for_nothing() {
    let slow = Check::readiness("slow", || async {
        tokio::time::sleep(10 * SECOND).await;
        true
    });
    let hanging = Check::readiness("hanging", std::future::pending::<bool>);
    let stage = stage([slow.timeout(20 * SECOND), hanging.timeout(15 * SECOND)]);
    stage.advance(5 * SECOND).await;
    stage.fails("slow", "no");
    stage.passes("hanging");
    for _ in 0..30 {
        stage.advance(SECOND).await;
        let now = stage.health().snapshot();
        assert_eq!(now.check("slow").unwrap().state(), CheckState::Down);
        assert_eq!(now.check("hanging").unwrap().state(), CheckState::Up);
    }
}

/// Nor is there a result to go stale, where none comes for long.
#[tokio::test(start_paused = true)]
async fn a_pass_outlives_a_first_run_that_is_far_away() {
    let stage = stage([Calls::default().passing("later").initial_delay(6 * MINUTE)]);
    stage.passes("later");
    stage.advance(5 * MINUTE).await;
    assert!(is_up(&stage, Probe::Readiness));
}

#[tokio::test(start_paused = true)]
async fn what_follows_from_it_is_what_always_does() {
    let checks = [
        Calls::default().passing("watched").impact(Impact::Observe),
        Calls::default().passing("shared").impact(Impact::Degrades),
        Check::external("checkout", || async { true }),
    ];
    let stage = stage(checks);
    for name in ["watched", "shared"] {
        stage.fails(name, "no");
        assert!(is_up(&stage, Probe::Readiness), "{name}");
    }
    stage.passes("checkout");
    assert!(is_up(&stage, Probe::External));
    stage.health().begin_drain();
    stage.fails("checkout", "503");
    assert!(is_up(&stage, Probe::External), "it refuses, for it drains");
}

#[tokio::test(start_paused = true)]
async fn who_follows_statuses_is_woken() {
    let stage = stage([Calls::default().passing("database")]);
    stage.all_ran().await;
    let mut follows = stage.health().statuses().follow();
    follows.mark_unchanged();
    stage.fails("database", "no");
    assert!(follows.has_changed().unwrap());
}

/// A check that was added, from another thread, outside of any runtime.
#[tokio::test(start_paused = true)]
async fn from_anywhere_and_for_checks_that_came_later() {
    let stage = stage([]);
    let late = Check::readiness("late", || async { false });
    stage.health().add_check(late).unwrap();
    let elsewhere = stage.clone();
    std::thread::spawn(move || elsewhere.passes("late"))
        .join()
        .unwrap();
    assert!(is_up(&stage, Probe::Readiness));
    stage.advance(Duration::from_secs(60)).await;
    assert!(is_up(&stage, Probe::Readiness));
}
