//! The health of a dependency from real calls.

use std::sync::Barrier;
use std::time::Duration;

use health_core::{
    Call, Check, CheckReport, CheckState, Dependency, Ending, Health, Impact, Probe, Scope,
};

use tokio::time::Instant;

use crate::support::{builder, ready, until};

const SECOND: Duration = Duration::from_secs(1);

async fn serving() -> Health {
    let check = Check::readiness("database", || async { true });
    let health = builder().check(check).start().unwrap();
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    health
}

fn calls(dependency: Dependency, many: usize, ending: Ending) {
    let mut calls: Vec<Call> = (0..many).map(|_| dependency.call()).collect();
    calls.iter_mut().for_each(|call| call.end(ending));
}

async fn until_it_is(health: &Health, state: CheckState) -> CheckReport {
    let is = |check: &CheckReport| check.state() == state;
    let now = until(health, |now| now.check("payments").is_some_and(is)).await;
    now.check("payments").unwrap().clone()
}

fn reason(report: &CheckReport) -> &str {
    report
        .outcome()
        .and_then(|outcome| outcome.reason())
        .unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn what_all_share_degrades_and_comes_back_by_calls() {
    let health = serving().await;
    let payments = health.dependency("payments").start().unwrap();
    assert!(ready(&health), "also before its check has run");
    let report = until_it_is(&health, CheckState::Up).await;
    assert_eq!(
        (report.scope(), report.impact()),
        (Scope::Shared, Impact::Degrades)
    );
    let part = health.part(["payments"]).unwrap();

    calls(payments, 20, Ending::Failed);
    let failed = Instant::now();
    let report = until_it_is(&health, CheckState::Down).await;
    assert!(failed.elapsed() <= SECOND * 11 / 10, "with the next look");
    assert_eq!(reason(&report), "20 of 20 calls failed within 1 s");
    assert!(ready(&health) && !part.status().is_up());

    calls(payments, 2, Ending::Completed);
    assert_eq!(reason(&until_it_is(&health, CheckState::Up).await), "");
    assert!(part.status().is_up());
}

/// Calls time out because this process stood still, and all that it calls would be to blame.
#[tokio::test(start_paused = true)]
async fn what_fails_around_a_stall_of_this_process_is_not_its_fault() {
    let health = serving().await;
    let payments = health.dependency("payments").start().unwrap();
    until_it_is(&health, CheckState::Up).await;
    tokio::time::sleep(3 * SECOND).await;
    calls(payments, 10, Ending::Failed);
    // Every timer is late for it.
    tokio::time::advance(2 * SECOND).await;
    calls(payments, 10, Ending::Failed);
    tokio::time::sleep(5 * SECOND).await;
    let now = health.snapshot();
    assert_eq!(now.check("payments").unwrap().state(), CheckState::Up);
    calls(payments, 10, Ending::Failed);
    let report = until_it_is(&health, CheckState::Down).await;
    assert_eq!(reason(&report), "the last 10 calls failed");
}

#[tokio::test(start_paused = true)]
async fn what_is_local_takes_the_instance_out_and_not_for_ever() {
    let health = serving().await;
    let payments = health.dependency("payments").scope(Scope::Local);
    let payments = payments.start().unwrap();
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    for _ in 0..4 {
        calls(payments, 1, Ending::Shed);
        tokio::time::sleep(2 * SECOND).await;
    }
    assert!(ready(&health), "four in a row");
    calls(payments, 1, Ending::Failed);
    let report = until_it_is(&health, CheckState::Down).await;
    assert_eq!(reason(&report), "the last 5 calls failed");
    assert!(!ready(&health));
    let (down, was_down) = (Instant::now(), until_it_is(&health, CheckState::Up));
    let report = was_down.await;
    assert!(down.elapsed() >= 26 * SECOND && down.elapsed() <= 35 * SECOND);
    assert!(
        reason(&report).starts_with("no call has ended for "),
        "{report:?}"
    );
    assert!(ready(&health));
    calls(payments, 1, Ending::Failed);
    until_it_is(&health, CheckState::Down).await;
    assert!(!ready(&health));
}

#[tokio::test(start_paused = true)]
async fn what_is_only_observed_takes_nothing_out_and_cancelled_calls_say_nothing() {
    let health = serving().await;
    let payments = health.dependency("payments").impact(Impact::Observe);
    let payments = payments.scope(Scope::Local).start().unwrap();
    until_it_is(&health, CheckState::Up).await;
    (0..100).for_each(|_| drop(payments.call()));
    tokio::time::sleep(10 * SECOND).await;
    let report = until_it_is(&health, CheckState::Up).await;
    assert_eq!(reason(&report), "");
    assert_eq!(payments.calls().cancelled, 100);
    calls(payments, 5, Ending::Failed);
    until_it_is(&health, CheckState::Down).await;
    assert!(ready(&health));
}

#[tokio::test(start_paused = true)]
async fn the_same_name_is_the_same_dependency() {
    let health = serving().await;
    let first = health.dependency("payments").start().unwrap();
    let again = health
        .dependency("payments")
        .scope(Scope::Shared)
        .impact(Impact::Degrades);
    calls(again.start().unwrap(), 1, Ending::Completed);
    assert_eq!(first.calls().completed, 1);
    assert_eq!(health.snapshot().checks().count(), 2);
    for other in [
        health.dependency("payments").scope(Scope::Local),
        health.dependency("payments").impact(Impact::Critical),
    ] {
        let error = other.start().unwrap_err().to_string();
        for said in [
            "`payments` at ",
            "dependency.rs:",
            "`scope = shared` and `impact = degrades`",
        ] {
            assert!(error.contains(said), "{said} is not in {error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_can_not_be_observed_is_refused_and_leaves_nothing() {
    let health = serving().await;
    for (name, why) in [
        ("database", "one of that name is there already"),
        ("", "must not be empty"),
        ("a\nb", "control characters"),
    ] {
        let error = health.dependency(name).start().unwrap_err().to_string();
        assert!(
            error.contains(why) && error.contains("dependency.rs:"),
            "{error}"
        );
        assert!(
            health.dependency(name).start().is_err(),
            "nor the second time"
        );
    }
    for number in 0..100 {
        health
            .dependency(format!("shard {number}"))
            .start()
            .unwrap();
    }
    let error = health
        .dependency("one more")
        .start()
        .unwrap_err()
        .to_string();
    assert!(error.contains("100 are observed already"), "{error}");
    assert!(health.dependency("shard 7").start().is_ok());
    assert_eq!(health.snapshot().checks().count(), 101);
}

#[test]
fn what_nothing_looks_at_is_refused_each_time() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let health = builder().runtime(runtime.handle().clone()).start().unwrap();
    drop(runtime);
    for _ in 0..2 {
        let error = health.dependency("payments").start().unwrap_err();
        assert!(error.to_string().contains("has ended"), "{error}");
    }
}

#[test]
fn threads_that_want_the_same_get_the_same() {
    const THREADS: usize = 4;
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let health = builder().runtime(runtime.handle().clone()).start().unwrap();
    let together = Barrier::new(THREADS);
    let names: Vec<_> = (0..100).map(|number| format!("shard {number}")).collect();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let start = |name: &String| {
                    together.wait();
                    health.dependency(name.clone()).start()
                };
                // All of them wait for each other, also where one is refused.
                let started: Vec<_> = names.iter().map(start).collect();
                for dependency in started {
                    calls(dependency.unwrap(), 1, Ending::Failed);
                }
            });
        }
    });
    for name in names {
        let dependency = health.dependency(name).start().unwrap();
        assert_eq!(dependency.calls().failed, THREADS as u64);
    }
    assert_eq!(health.snapshot().checks().count(), 100);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_no_news() {
    let health = serving().await;
    for number in 0..100 {
        health
            .dependency(format!("shard {number}"))
            .start()
            .unwrap();
    }
    let mut changes = health.subscribe();
    assert!(health.dependency("one more").start().is_err());
    let check = Check::readiness("database", || async { true });
    assert!(health.add_check(check).is_err());
    let told = tokio::time::timeout(Duration::ZERO, changes.changed()).await;
    assert!(told.is_err());
}

#[tokio::test(start_paused = true)]
async fn it_keeps_no_health_and_outlives_it() {
    let health = serving().await;
    let payments = health.dependency("payments").start().unwrap();
    let weak = health.downgrade();
    drop(health);
    assert!(weak.upgrade().is_none());
    calls(payments, 1, Ending::Completed);
    assert_eq!(payments.calls().completed, 1);
}
