//! A shutdown at a bad moment: while it starts, while a check hangs; and what probes hear meanwhile.

use std::future::pending;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use health_tower::{Check, DrainPolicy, Health, HealthLayer, Phase, Probe, ProbeServer};
use integration_tests::host::{Host, builder, listen};
use integration_tests::patience::{patiently, until_snapshot};
use integration_tests::wire::Wire;
use tokio::sync::oneshot;

/// Longer than any test.
const HOURS: Duration = Duration::from_secs(7200);

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_during_start_up_is_clean_and_it_never_gets_ready() {
    let health = builder().start().unwrap();
    let warming = health.startup_task("warm cache");
    let app = Router::new().route("/orders", get(async || "orders"));
    let host = Host::tracked(&health, app.layer(HealthLayer::new(&health))).await;
    let mut wire = Wire::connect(host.addr()).await;
    for path in ["/health/startup", "/health/ready"] {
        assert_eq!(wire.get(path).await.plain(), (503, "unavailable"));
    }
    assert_eq!(wire.get("/health/live").await.plain(), (200, "ok"));
    health.shutdown();
    warming.done();
    assert!(
        !health.status(Probe::Readiness).is_up(),
        "start-up that ends late undoes nothing"
    );
    let report = host.report().await;
    assert!(report.is_clean(), "{report}");
    assert_eq!(health.snapshot().phase(), Phase::Closed);
}

/// One hangs where it may, the other blocks a thread for as long as the test lasts. Neither is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn a_drain_does_not_wait_for_checks_that_hang() {
    let (entered, mut entries) = tokio::sync::mpsc::unbounded_channel();
    let (_release, released) = std::sync::mpsc::channel::<()>();
    let released = std::sync::Mutex::new(released);
    let (hangs, blocks) = (entered.clone(), entered);
    let hangs = Check::readiness("hangs", move || {
        let _heard = hangs.send(());
        pending::<bool>()
    });
    let blocks = Check::liveness("blocks", (), move |()| {
        let _heard = blocks.send(());
        released
            .lock()
            .map(|released| released.recv().is_err())
            .unwrap_or(true)
    });
    let both = [hangs, blocks].map(|check| check.every(Duration::from_millis(20)).timeout(HOURS));
    let [hangs, blocks] = both;
    let health = builder().check(hangs).check(blocks).start().unwrap();
    let host = Host::tracked(&health, Router::new().layer(HealthLayer::new(&health))).await;
    for _ in 0..2 {
        patiently("a check that runs", entries.recv()).await;
    }
    let began = Instant::now();
    health.shutdown();
    let report = host.report().await;
    assert!(report.is_clean(), "{report}");
    assert!(began.elapsed() < Duration::from_secs(10), "{report}");
}

/// A server whose end is the test's, so that each phase lasts as long as the test looks at it.
#[tokio::test(flavor = "multi_thread")]
async fn probes_are_answered_in_every_phase_over_old_connections_and_new_ones() {
    let policy = DrainPolicy::default().lame_duck(HOURS).deadline(2 * HOURS);
    let health = builder().drain(policy).start().unwrap();
    let starting = health.startup_task("warm cache");
    let layer = HealthLayer::new(&health);
    let probes = ProbeServer::new(&layer).bind("127.0.0.1:0").unwrap();
    // It goes on accepting, whatever happens: a server that doesn't listen to `closing`.
    let (listener, addr) = listen().await;
    let app = Router::new().layer(layer);
    tokio::spawn(axum::serve(listener, app).into_future());
    let (end, ended) = oneshot::channel::<()>();
    let run = tokio::spawn({
        let health = health.clone();
        async move { health.run(ended).await }
    });
    let addrs = [addr, probes.local_addrs()[0]];
    let mut old = [Wire::connect(addrs[0]).await, Wire::connect(addrs[1]).await];
    let mut expect = async |phase: Phase, [live, ready, startup]: [u16; 3]| {
        until_snapshot(&health, phase.name(), |now| now.phase() == phase).await;
        for (old, addr) in old.iter_mut().zip(addrs) {
            let mut fresh = Wire::connect(addr).await;
            for wire in [old, &mut fresh] {
                let paths = [("live", live), ("ready", ready), ("startup", startup)];
                for (probe, status) in paths {
                    let answer = wire.get(&format!("/health/{probe}")).await;
                    assert_eq!(answer.status, status, "{probe} while {phase}");
                }
            }
        }
    };

    expect(Phase::Starting, [200, 503, 503]).await;
    starting.done();
    expect(Phase::Serving, [200, 200, 200]).await;
    let hold = health.hold();
    health.shutdown();
    expect(Phase::Draining, [200, 503, 200]).await;
    end.send(()).unwrap();
    expect(Phase::Closing, [200, 503, 200]).await;
    assert_eq!(health.in_flight().count(), 1, "probes don't count");
    drop(hold);
    let report = patiently("the report", run).await.unwrap().unwrap();
    assert!(report.is_clean(), "{report}");
    expect(Phase::Closed, [200, 503, 200]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handle_that_is_dropped_while_it_drains_changes_nothing() {
    let health = builder().start().unwrap();
    let host = Host::tracked(&health, Router::new().layer(HealthLayer::new(&health))).await;
    health.shutdown();
    drop::<Health>(health);
    let report = host.report().await;
    assert!(report.is_clean(), "{report}");
}
