use std::time::Duration;

use health_core::{Check, Phase, Probe, StartupReport, StartupState};

use crate::support::{Switch, builder, ready, until};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn readiness_waits_for_every_task() {
    let health = builder().start().unwrap();
    let [cache, index] = ["warm cache", "load index"].map(|name| health.startup_task(name));
    assert_eq!(health.snapshot().phase(), Phase::Starting);
    cache.done();
    assert!(!ready(&health) && !health.status(Probe::Startup).is_up());
    assert!(health.status(Probe::Liveness).is_up());
    index.done();
    assert_eq!(health.snapshot().phase(), Phase::Serving);
    assert!(ready(&health) && health.status(Probe::Startup).is_up());
}

#[tokio::test(start_paused = true)]
async fn tasks_and_start_up_checks_must_both_succeed() {
    let cache = Check::startup("cache", || async { true });
    let health = builder().check(cache).start().unwrap();
    let task = health.startup_task("load index");
    until(&health, |now| {
        now.check("cache").unwrap().outcome().is_some()
    })
    .await;
    assert!(!health.status(Probe::Startup).is_up());
    task.done();
    assert!(health.status(Probe::Startup).is_up());
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_dropped_has_failed_with_its_name() {
    let health = builder().start().unwrap();
    let task = health.startup_task("warm cache");
    let panicked = tokio::spawn(async move {
        let _task = task;
        panic!("no cache");
    });
    assert!(panicked.await.is_err());
    let snapshot = health.snapshot();
    let task = snapshot.startup_tasks().next().unwrap();
    assert_eq!(task.name(), "warm cache");
    assert_eq!(
        task.state(),
        &StartupState::Failed("dropped without `done()`".to_owned())
    );
    tokio::time::sleep(600 * SECOND).await;
    assert!(!health.status(Probe::Startup).is_up() && health.status(Probe::Liveness).is_up());
}

#[tokio::test(start_paused = true)]
async fn a_task_that_says_that_it_failed_is_believed() {
    let health = builder().start().unwrap();
    health.startup_task("warm cache").fail("no such bucket");
    let snapshot = health.snapshot();
    assert_eq!(
        snapshot.startup_tasks().next().unwrap().to_string(),
        "`warm cache` failed: no such bucket"
    );
    assert!(!ready(&health));
}

/// Start-up never goes back once a probe heard that it is over. Until then, an application may still declare what it has to do.
#[tokio::test(start_paused = true)]
async fn what_a_probe_was_told_is_not_taken_back() {
    let health = builder().start().unwrap();
    assert!(health.status(Probe::Startup).is_up(), "told");
    let late = health.startup_task("late");
    assert!(health.status(Probe::Startup).is_up() && ready(&health));
    assert!(!health.snapshot().startup_tasks().next().unwrap().gates());
    drop(late);
    assert!(health.status(Probe::Startup).is_up() && ready(&health));
}

/// Nor once anybody heard it from a snapshot. Taking one, or printing it, asks for nothing.
#[tokio::test(start_paused = true)]
async fn what_a_snapshot_said_is_not_taken_back() {
    let health = builder().start().unwrap();
    let unasked = health.snapshot();
    assert!(format!("{unasked:?}").contains("startup: Up"));
    assert!(unasked.status(Probe::Readiness).is_up());
    let task = health.startup_task("warm cache");
    assert!(health.snapshot().startup_tasks().all(StartupReport::gates));
    assert!(!unasked.status(Probe::Startup).is_up(), "nobody was told");
    task.done();

    let mut changes = health.subscribe();
    assert!(changes.latest().status(Probe::Startup).is_up(), "told");
    let late = health.startup_task("late");
    assert!(changes.latest().status(Probe::Startup).is_up());
    assert!(health.snapshot().status(Probe::Startup).is_up() && ready(&health));
    drop(late);
    assert!(health.status(Probe::Startup).is_up());
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_during_a_task_is_not_undone_by_its_end() {
    let health = builder().start().unwrap();
    let task = health.startup_task("warm cache");
    health.shutdown();
    task.done();
    assert_eq!(health.snapshot().phase(), Phase::Draining);
    assert!(!ready(&health));
    let another = health.startup_task("too late");
    assert_eq!(health.snapshot().phase(), Phase::Draining);
    another.done();
}

#[tokio::test(start_paused = true)]
async fn a_fatal_error_takes_readiness_for_a_minute() {
    let health = builder()
        .check(Switch::new(true).check("database"))
        .start()
        .unwrap();
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    health.report_fatal("journal", "checksum does not match");
    assert!(
        !ready(&health)
            && health.status(Probe::Liveness).is_up()
            && health.status(Probe::Startup).is_up()
    );
    tokio::time::sleep(59 * SECOND).await;
    assert!(!ready(&health));
    tokio::time::sleep(2 * SECOND).await;
    assert!(ready(&health));
}

#[tokio::test(start_paused = true)]
async fn a_fatal_error_can_be_cleared_and_does_not_undo_a_drain() {
    let health = builder().start().unwrap();
    health.report_fatal("journal", "checksum does not match");
    health.report_fatal("disk", "full");
    health.clear_fatal("journal");
    let snapshot = health.snapshot();
    let left: Vec<_> = snapshot
        .fatal_errors()
        .map(|fatal| (fatal.name(), fatal.reason()))
        .collect();
    assert_eq!(left, [("disk", "full")]);
    assert!(!ready(&health));
    health.clear_fatal("disk");
    health.clear_fatal("never reported");
    assert!(ready(&health));
    health.report_fatal("disk", "full");
    health.shutdown();
    health.clear_fatal("disk");
    assert!(!ready(&health));
}

#[tokio::test(start_paused = true)]
async fn a_fatal_error_is_cleared_by_the_name_that_it_was_reported_under() {
    let health = builder().start().unwrap();
    let long = "journal ".repeat(150 / 8 + 1);
    for name in [&*long, "one line\nand another"] {
        health.report_fatal(name.to_owned(), "checksum does not match");
        assert!(!ready(&health), "{name:?}");
        health.clear_fatal(name);
        assert!(ready(&health), "{name:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn names_that_are_made_from_data_are_cut() {
    let health = builder().start().unwrap();
    health.report_fatal("x\n".repeat(5_000_000), "huge");
    health.startup_task("é".repeat(5_000_000)).done();
    let snapshot = health.snapshot();
    let fatal = snapshot.fatal_errors().next().unwrap();
    assert!(fatal.name().len() <= 100 && !fatal.name().contains('\n'));
    assert!(snapshot.startup_tasks().next().unwrap().name().len() <= 100);
}
