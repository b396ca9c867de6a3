use std::future::pending;
use std::time::Duration;

use health_core::{Check, CheckState, Health, Phase, Probe};

use crate::support::{Switch, builder, ready, until};

const SECOND: Duration = Duration::from_secs(1);

/// Asks board and snapshot for liveness at each change, for as long as there is one.
fn watch_liveness(health: &Health) -> tokio::task::JoinHandle<usize> {
    let (mut changes, board) = (health.subscribe(), health.board());
    tokio::spawn(async move {
        let mut seen = 0;
        while let Some(now) = changes.changed().await {
            assert!(now.status(Probe::Liveness).is_up(), "{now:?}");
            assert!(board.status(Probe::Liveness).is_up());
            seen += 1;
        }
        seen
    })
}

#[tokio::test(start_paused = true)]
async fn conflated_signals_nothing_that_is_about_traffic_changes_liveness() {
    let database = Switch::new(true);
    let warm = Switch::new(false);
    let on = std::sync::Arc::clone(&warm.on);
    let start = Check::startup("start", move || {
        let on = on.load(std::sync::atomic::Ordering::SeqCst);
        async move { on }
    });
    let hangs = Switch::new(true);
    let on = std::sync::Arc::clone(&hangs.on);
    let grows_stale = Check::readiness("grows stale", move || {
        let on = on.load(std::sync::atomic::Ordering::SeqCst);
        async move { if on { true } else { pending().await } }
    });
    let health = builder()
        .check(Check::liveness("sound", true, |sound| *sound))
        .check(start)
        .check(database.check("database"))
        .check(Check::external("canary", || async { false }))
        .check(
            grows_stale
                .timeout(3600 * SECOND)
                .stale_after(3600 * SECOND),
        )
        .start()
        .unwrap();
    let watch = watch_liveness(&health);
    let alive = || assert!(health.status(Probe::Liveness).is_up());

    // Not started.
    tokio::time::sleep(120 * SECOND).await;
    assert!(!health.status(Probe::Startup).is_up() && !health.status(Probe::External).is_up());
    alive();
    warm.set(true);
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;

    // A critical readiness check down.
    database.set(false);
    until(&health, |now| {
        now.check("database").unwrap().state() == CheckState::Down
    })
    .await;
    assert!(!ready(&health));
    alive();
    database.set(true);
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;

    // Stale results.
    hangs.set(false);
    tokio::time::sleep(3 * 3600 * SECOND).await;
    assert!(!ready(&health));
    alive();

    // Overload: everything is in flight, and the runtime stands still again and again.
    let _requests: Vec<_> = (0..10_000).map(|_| health.hold()).collect();
    for _ in 0..100 {
        tokio::time::advance(2 * SECOND).await;
        alive();
    }

    // A fatal error, and the drain.
    health.report_fatal("journal", "checksum does not match");
    alive();
    health.shutdown();
    alive();
    until(&health, |now| now.phase() == Phase::Closed).await;
    assert!(!ready(&health));
    alive();
    drop(health);
    assert!(watch.await.unwrap() > 10);
}
