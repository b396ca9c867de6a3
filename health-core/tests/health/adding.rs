//! Checks that are added to a service that runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use health_core::{Check, CheckReport, CheckState, Health, Impact, Probe, ProbeStatus};

use crate::support::{Switch, builder, ready, until};

const SECOND: Duration = Duration::from_secs(1);

async fn serving() -> Health {
    let health = builder()
        .check(Switch::new(true).check("database"))
        .start()
        .unwrap();
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    health
}

#[tokio::test(start_paused = true)]
async fn one_that_is_added_runs_and_counts_like_the_others() {
    let health = serving().await;
    let search = Switch::new(true);
    health
        .add_check(search.check("search").every(2 * SECOND).jitter(0))
        .unwrap();
    let added = health.snapshot();
    assert_eq!(added.check("search").unwrap().state(), CheckState::Pending);
    assert!(!ready(&health), "critical, and not known to be up");
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    let runs = search.runs();
    tokio::time::sleep(20 * SECOND).await;
    assert!((9..=10).contains(&(search.runs() - runs)));
    search.set(false);
    let down = until(&health, |now| !now.status(Probe::Readiness).is_up()).await;
    let reason = down.check("search").unwrap().outcome().unwrap().reason();
    assert_eq!(reason, Some("switched off"));
}

#[tokio::test(start_paused = true)]
async fn one_that_only_observes_takes_nothing_out() {
    let health = serving().await;
    let observed = Switch::new(false)
        .check("search")
        .impact(Impact::Observe)
        .fail_after(1);
    health.add_check(observed).unwrap();
    until(&health, |now| {
        now.check("search").unwrap().state() == CheckState::Down
    })
    .await;
    assert!(ready(&health));
}

#[tokio::test(start_paused = true)]
async fn an_external_one_brings_its_probe_into_being() {
    let health = serving().await;
    assert_eq!(health.status(Probe::External), ProbeStatus::Absent);
    let mut told = health.statuses().follow();
    health
        .add_check(Check::external("checkout", || async { true }))
        .unwrap();
    assert_eq!(health.status(Probe::External), ProbeStatus::Down);
    assert!(told.has_changed().unwrap());
    told.mark_unchanged();
    until(&health, |now| now.status(Probe::External).is_up()).await;
    assert!(ready(&health));
}

#[tokio::test(start_paused = true)]
async fn it_is_listed_by_name_and_parts_find_it() {
    let health = serving().await;
    assert!(health.part(["cache"]).is_err());
    for name in ["zone", "cache", "disk"] {
        let check = Switch::new(name != "disk").check(name).fail_after(1);
        health.add_check(check.impact(Impact::Observe)).unwrap();
    }
    let cache = health.part(["cache", "database"]).unwrap();
    let disk = health.part(["disk"]).unwrap();
    until(&health, |now| {
        now.checks().all(|check| check.outcome().is_some())
    })
    .await;
    assert!(cache.status().is_up() && !disk.status().is_up());
    let snapshot = health.snapshot();
    let names: Vec<_> = snapshot.checks().map(CheckReport::name).collect();
    assert_eq!(names, ["cache", "database", "disk", "zone"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_is_said_at_once_and_nothing_is_added() {
    let health = serving().await;
    let line = line!() + 1;
    let wrong = Check::startup("a\nb", || async { true }).every(Duration::ZERO);
    let error = health.add_check(wrong).unwrap_err();
    let problems: Vec<_> = error.problems().collect();
    assert_eq!(problems.len(), 3, "{error}");
    let said = error.to_string();
    assert!(
        said.starts_with("health checks are refused, 3 problems:\n- "),
        "{said}"
    );
    for (what, problem) in ["a name must not hold", "`every` must", "is for start-up"]
        .iter()
        .zip(&problems)
    {
        assert!(problem.contains(what), "{problem}");
        assert!(problem.contains(&format!("adding.rs:{line}")), "{problem}");
    }
    for taken in ["database", "search", "search"] {
        let added = health.add_check(Switch::new(true).check(taken));
        if let Err(error) = added {
            let error = error.to_string();
            assert!(error.contains(&format!("check `{taken}` at")), "{error}");
            assert!(error.contains("is there already"), "{error}");
        }
    }
    assert_eq!(health.snapshot().checks().count(), 2);
}

#[tokio::test(start_paused = true)]
async fn no_more_than_a_thousand() {
    let health = serving().await;
    let runs = Arc::new(AtomicUsize::new(0));
    let numbered = |number: usize| {
        let runs = Arc::clone(&runs);
        let name = format!("shard-{number}");
        Check::external(name, move || {
            runs.fetch_add(1, Ordering::SeqCst);
            async { true }
        })
    };
    for number in 0..1000 {
        health
            .add_check(numbered(number).every(10 * SECOND))
            .unwrap();
    }
    let error = health.add_check(numbered(1000)).unwrap_err().to_string();
    assert!(error.contains("1000 checks have been added"), "{error}");
    tokio::time::sleep(SECOND).await;
    // The first run of the n-th comes at random within 10 ms × n.
    let runs = runs.load(Ordering::SeqCst);
    assert!(
        (100..800).contains(&runs),
        "{runs} of 1000 ran in 1 s of 10"
    );
}

#[tokio::test(start_paused = true)]
async fn they_end_with_the_last_handle() {
    let health = serving().await;
    let search = Switch::new(true);
    health.add_check(search.check("search")).unwrap();
    until(&health, |now| {
        now.check("search").unwrap().outcome().is_some()
    })
    .await;
    drop(health);
    let runs = search.runs();
    tokio::time::sleep(60 * SECOND).await;
    assert_eq!(search.runs(), runs);
}

#[test]
fn from_any_thread_and_one_that_blocks_blocks_nobody() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let health = builder().runtime(runtime.handle().clone()).start().unwrap();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = std::sync::Mutex::new(released);
    let blocks = Check::external_blocking("blocks", move || {
        let _gone = released.lock().unwrap().recv();
    })
    .timeout(60 * SECOND);
    let live = Check::liveness("live", (), |()| true);
    let quick = Check::readiness("quick", || async { true });
    for check in [blocks, live, quick] {
        health.add_check(check).unwrap();
    }
    let up = |name: &'static str| {
        let health = &health;
        async move {
            until(health, |now| {
                now.check(name).unwrap().state() == CheckState::Up
            })
            .await
        }
    };
    runtime.block_on(up("live"));
    runtime.block_on(up("quick"));
    assert_eq!(
        health.snapshot().check("blocks").unwrap().state(),
        CheckState::Pending
    );
    drop(release);
    runtime.block_on(up("blocks"));

    drop(runtime);
    let late = health.add_check(Check::readiness("late", || async { true }));
    let late = late.unwrap_err().to_string();
    assert!(
        late.contains("runtime that was handed over has ended"),
        "{late}"
    );
}
