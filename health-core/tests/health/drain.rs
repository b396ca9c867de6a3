use std::future::pending;
use std::io;
use std::time::Duration;

use health_core::{Check, CheckState, DrainPolicy, Phase, Probe, Trigger};
use tokio::time::Instant;

use crate::support::{Switch, builder, ready, until};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_shutdown_walks_through_the_phases_in_time() {
    let health = builder().start().unwrap();
    let (began, hold) = (Instant::now(), health.hold());
    health.shutdown();
    assert_eq!(health.snapshot().phase(), Phase::Draining);
    assert!(!ready(&health) && health.status(Probe::Liveness).is_up());

    health.closing().await;
    assert_eq!(began.elapsed(), 10 * SECOND);
    assert_eq!(health.snapshot().phase(), Phase::Closing);
    tokio::time::sleep(2 * SECOND).await;
    assert_eq!(
        health.snapshot().phase(),
        Phase::Closing,
        "something is in flight"
    );
    drop(hold);
    until(&health, |now| now.phase() == Phase::Closed).await;
    assert_eq!(began.elapsed(), 12 * SECOND);
    assert!(
        health.status(Probe::Liveness).is_up(),
        "liveness must not fail because of a drain"
    );
}

#[tokio::test(start_paused = true)]
async fn drain_undone_a_late_result_changes_nothing() {
    let (release, released) = tokio::sync::watch::channel(false);
    let late = Check::readiness("late", move || {
        let mut released = released.clone();
        async move { released.wait_for(|released| *released).await.is_ok() }
    });
    let health = builder().check(late.timeout(60 * SECOND)).start().unwrap();
    tokio::time::sleep(SECOND).await;
    health.shutdown();
    release.send_replace(true);
    until(&health, |now| {
        now.check("late").unwrap().state() == CheckState::Up
    })
    .await;
    assert!(!ready(&health));
    until(&health, |now| now.phase() == Phase::Closed).await;
    tokio::time::sleep(60 * SECOND).await;
    assert!(!ready(&health));
}

#[tokio::test(start_paused = true)]
async fn readiness_is_down_when_shutdown_returns_whoever_called_it() {
    let health = builder()
        .check(Switch::new(true).check("database"))
        .start()
        .unwrap();
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    let elsewhere = health.clone();
    let thread = std::thread::spawn(move || {
        elsewhere.shutdown();
        ready(&elsewhere)
    });
    assert!(!thread.join().unwrap());
    health.closing().await;
}

#[tokio::test(start_paused = true)]
async fn run_ends_with_the_server_and_the_last_request() {
    let health = builder().start().unwrap();
    let (closing, hold) = (health.closing(), health.hold());
    let server = async move {
        closing.await;
        Ok::<_, io::Error>(())
    };
    let caller = health.clone();
    tokio::spawn(async move {
        caller.shutdown();
        caller.closing().await;
        tokio::time::sleep(3 * SECOND).await;
        drop(hold);
    });
    let report = health.run(server).await.unwrap();
    assert!(report.is_clean());
    assert_eq!(report.trigger, Trigger::Requested);
    assert_eq!(
        (report.lame_duck, report.closing),
        (10 * SECOND, 3 * SECOND)
    );
    assert_eq!(
        report.to_string(),
        "drained 13.0 s after a call of shutdown(), 3.0 s of it closing; nothing was left"
    );
}

#[tokio::test(start_paused = true)]
async fn run_gives_up_at_the_deadline_counted_from_the_signal() {
    let health = builder().start().unwrap();
    let (began, hold) = (Instant::now(), health.hold());
    health.shutdown();
    let report = health.run(pending::<io::Result<()>>()).await.unwrap();
    // A second for what was ended to be gone; this hold doesn't look.
    assert_eq!(began.elapsed(), 26 * SECOND);
    assert!(hold.flags().is_ended());
    assert_eq!((report.remaining, report.server_ended), (1, false));
    assert_eq!(
        report.to_string(),
        "gave up 25.0 s after a call of shutdown(): 1 still in flight, and the server had not ended: a hold for 25.0 s"
    );
    drop(hold);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_has_not_ended_is_not_clean() {
    let health = builder().start().unwrap();
    health.shutdown();
    let report = health.run(pending::<io::Result<()>>()).await.unwrap();
    assert_eq!(report.remaining, 0);
    assert!(!report.is_clean());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_ends_by_itself_skips_the_lame_duck_but_not_the_requests() {
    let health = builder().start().unwrap();
    let (began, hold) = (Instant::now(), health.hold());
    tokio::spawn(async move {
        tokio::time::sleep(2 * SECOND).await;
        drop(hold);
    });
    let report = health.run(async { Ok::<_, io::Error>(()) }).await.unwrap();
    assert_eq!(report.trigger, Trigger::ServerEnded);
    assert_eq!(began.elapsed(), 2 * SECOND);
    assert!(report.is_clean() && !ready(&health));
}

#[tokio::test(start_paused = true)]
async fn the_error_of_a_server_passes_through_at_once() {
    let health = builder().start().unwrap();
    let (began, _hold) = (Instant::now(), health.hold());
    let error = health
        .run(async { Err::<(), _>("address in use") })
        .await
        .unwrap_err();
    assert_eq!(error, "address in use");
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert!(!ready(&health));
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_during_start_up_still_drains() {
    let never = Check::startup("never", || async { false });
    let policy = DrainPolicy::default().lame_duck(Duration::ZERO);
    let health = builder().check(never).drain(policy).start().unwrap();
    health.shutdown();
    until(&health, |now| now.phase() == Phase::Closed).await;
    assert!(!ready(&health));
}

#[tokio::test(start_paused = true)]
async fn the_second_call_of_shutdown_moves_nothing() {
    let health = builder().start().unwrap();
    let began = Instant::now();
    health.shutdown();
    tokio::time::sleep(5 * SECOND).await;
    health.shutdown();
    health.closing().await;
    assert_eq!(began.elapsed(), 10 * SECOND);
}

/// The runtime on which the phases are driven has ended; `run` drives them all the same.
#[test]
fn run_ends_without_the_runtime_of_the_checks() {
    let gone = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let policy = DrainPolicy::default().lame_duck(Duration::from_millis(20));
    let health = builder()
        .runtime(gone.handle().clone())
        .drain(policy)
        .start()
        .unwrap();
    drop(gone);
    health.shutdown();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let closing = health.closing();
    let server = async move {
        closing.await;
        Ok::<_, io::Error>(())
    };
    let report = runtime.block_on(health.run(server)).unwrap();
    assert!(report.is_clean(), "{report}");
    assert_eq!(health.snapshot().phase(), Phase::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_later_server_has_its_own_end_to_wait_for() {
    let health = builder().start().unwrap();
    let began = Instant::now();
    health.run(async { Ok::<_, io::Error>(()) }).await.unwrap();
    let hold = health.hold();
    tokio::spawn(async move {
        tokio::time::sleep(3 * SECOND).await;
        drop(hold);
    });
    let report = health.run(async { Ok::<_, io::Error>(()) }).await.unwrap();
    assert!(report.is_clean(), "{report}");
    assert_eq!(began.elapsed(), 3 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn only_a_second_signal_is_called_one() {
    let health = builder().start().unwrap();
    let (failed, other) = tokio::join!(
        health.run(async { Err::<(), _>("boom") }),
        health.run(pending::<Result<(), &str>>())
    );
    assert!(failed.is_err());
    let report = other.unwrap();
    assert!(!report.forced && !report.server_ended, "{report}");
}

/// What a request hands over to the background while the server ends is waited for as well.
#[tokio::test(start_paused = true)]
async fn run_waits_for_what_began_after_the_first_zero() {
    let health = builder().start().unwrap();
    let (began, caller, closing) = (Instant::now(), health.clone(), health.closing());
    let server = async move {
        closing.await;
        tokio::time::sleep(SECOND).await;
        let hold = caller.hold();
        tokio::spawn(async move {
            tokio::time::sleep(5 * SECOND).await;
            drop(hold);
        });
        Ok::<_, io::Error>(())
    };
    health.shutdown();
    let report = health.run(server).await.unwrap();
    assert_eq!(began.elapsed(), 16 * SECOND);
    assert!(report.is_clean(), "{report}");
}

#[tokio::test(start_paused = true)]
async fn several_servers_drain_together() {
    let health = builder().start().unwrap();
    let server = |seconds: u32| {
        let closing = health.closing();
        async move {
            closing.await;
            tokio::time::sleep(seconds * SECOND).await;
            Ok::<_, io::Error>(())
        }
    };
    health.shutdown();
    let began = Instant::now();
    let (one, other) = tokio::join!(health.run(server(1)), health.run(server(4)));
    assert_eq!(began.elapsed(), 14 * SECOND);
    for report in [one.unwrap(), other.unwrap()] {
        assert!(report.is_clean() && !report.forced, "{report}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lame_duck_without_a_server_is_over() {
    let health = builder().start().unwrap();
    let began = Instant::now();
    health.shutdown();
    let report = health.run(async { Ok::<_, io::Error>(()) }).await.unwrap();
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(
        (report.lame_duck, report.trigger),
        (Duration::ZERO, Trigger::Requested)
    );
}

#[tokio::test(start_paused = true)]
async fn an_error_during_the_drain_passes_at_once_and_what_is_in_flight_keeps_its_time() {
    let health = builder().start().unwrap();
    let (hold, began) = (health.hold(), Instant::now());
    health.shutdown();
    let error = health
        .run(async { Err::<(), _>("boom") })
        .await
        .unwrap_err();
    assert_eq!((error, began.elapsed()), ("boom", Duration::ZERO));
    tokio::time::sleep(24 * SECOND).await;
    assert!(!hold.flags().is_ended());
    until(&health, |now| now.phase() == Phase::Closed).await;
    assert!(hold.flags().is_ended());
}

#[tokio::test(start_paused = true)]
async fn a_drain_goes_on_without_a_handle() {
    let health = builder().start().unwrap();
    let (closing, began) = (health.closing(), Instant::now());
    health.shutdown();
    drop(health);
    closing.await;
    assert_eq!(began.elapsed(), 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn followers_hear_of_the_end() {
    let health = builder().start().unwrap();
    let mut changes = health.subscribe();
    let task = health.startup_task("outlives it");
    drop(health);
    while changes.changed().await.is_some() {}
    task.done();
}

/// One of several servers fails; what is in flight on the others still has its time.
#[tokio::test(start_paused = true)]
async fn an_error_of_one_server_does_not_cut_the_others_short() {
    let health = builder().start().unwrap();
    let closing = health.closing();
    let other = {
        let health = health.clone();
        tokio::spawn(async move {
            let server = async {
                closing.await;
                Ok::<_, io::Error>(())
            };
            health.run(server).await.unwrap()
        })
    };
    tokio::task::yield_now().await;
    let hold = health.hold();
    let failing = async { Err::<(), _>("address in use") };
    assert_eq!(health.run(failing).await.unwrap_err(), "address in use");
    tokio::time::sleep(15 * SECOND).await;
    assert!(!hold.flags().is_ended());
    drop(hold);
    assert!(other.await.unwrap().is_clean());
}
