//! Synchronous checks, which run on threads of their own: in real time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use health_core::{Cause, Check, CheckState, Impact, Probe};

use crate::support::{builder, ready, until};

const SHORT: Duration = Duration::from_millis(20);

/// However many hang, there is a thread for each of the others.
#[tokio::test]
async fn a_hundred_blocking_checks_that_hang_keep_no_other_waiting() {
    const HANGING: usize = 100;
    let hanging = Arc::new(AtomicUsize::new(0));
    let mut all = builder();
    for number in 0..HANGING {
        let hanging = Arc::clone(&hanging);
        let check = Check::readiness_blocking(format!("hangs-{number}"), move || -> bool {
            hanging.fetch_add(1, Ordering::SeqCst);
            loop {
                thread::park();
            }
        });
        all = all.check(check.every(SHORT).impact(Impact::Observe));
    }
    let seen = Arc::clone(&hanging);
    let all_hang = move || seen.load(Ordering::SeqCst) == HANGING;
    let database = Check::readiness_blocking("database", all_hang);
    let health = all.check(database.every(SHORT)).start().unwrap();
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    assert!(ready(&health));
}

/// Name look-ups and files take a second thread, which must not be that of another check.
#[tokio::test]
async fn a_blocking_check_may_wait_for_async_code_that_blocks_in_turn() {
    let looks_up = Check::readiness_blocking("looks up", || {
        let here = tokio::runtime::Handle::current();
        here.block_on(tokio::task::spawn_blocking(|| true)).is_ok()
    });
    let health = builder().check(looks_up.every(SHORT)).start().unwrap();
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
}

#[tokio::test]
async fn each_question_may_be_asked_in_blocking_code() {
    let threads = Arc::new(Mutex::new(Vec::new()));
    let seen = || {
        let threads = Arc::clone(&threads);
        move || {
            thread::sleep(SHORT);
            let name = thread::current().name().map(str::to_owned);
            threads.lock().unwrap().extend(name);
            true
        }
    };
    let checks = [
        Check::startup_blocking("migrated", seen()),
        Check::readiness_blocking("database", seen()),
        Check::external_blocking("canary", seen()),
    ];
    let health = checks
        .into_iter()
        .fold(builder(), |all, check| all.check(check.every(SHORT)));
    let health = health.start().unwrap();
    let all = until(&health, |now| {
        now.checks().all(|check| check.state() == CheckState::Up)
    })
    .await;
    for (name, probe) in [
        ("migrated", Probe::Startup),
        ("database", Probe::Readiness),
        ("canary", Probe::External),
    ] {
        assert_eq!(all.check(name).unwrap().probe(), probe);
        assert!(health.status(probe).is_up(), "{probe}");
    }
    assert!(
        threads
            .lock()
            .unwrap()
            .iter()
            .all(|name| name == "health-check")
    );
}

/// Past its time-out it hangs, and each further interval is one more failure; what it says in the end comes too late.
#[tokio::test]
async fn a_blocking_check_that_is_past_its_time_hangs_and_is_late_in_the_end() {
    let (release, blocked) = mpsc::channel::<()>();
    let blocked = Mutex::new(blocked);
    let check = Check::readiness_blocking("database", move || {
        let _released = blocked.lock().unwrap().recv();
        true
    });
    let check = check.timeout(SHORT).every(10 * SHORT).fail_after(3);
    let health = builder().check(check).start().unwrap();
    let cause = |cause| {
        until(&health, move |now| {
            now.check("database").unwrap().cause() == Some(cause)
        })
    };
    let hung = cause(Cause::Hung).await;
    let reason = hung.check("database").unwrap().outcome().unwrap().reason();
    assert!(
        reason.unwrap().starts_with("still no answer after"),
        "{reason:?}"
    );
    until(&health, |now| {
        now.check("database").unwrap().state() == CheckState::Down
    })
    .await;
    release.send(()).unwrap();
    cause(Cause::Late).await;
}
