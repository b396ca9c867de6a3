use std::time::Duration;

use health_core::{HealthMetrics, Probe};
use metrics::set_default_local_recorder;
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::time::sleep;

use crate::page::{Page, builder};
use crate::support::{Switch, until};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn the_background_records_changes_and_the_passing_of_time() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let _here = set_default_local_recorder(&recorder);
    let health = builder().start().unwrap();
    HealthMetrics::new(&health).every(30 * SECOND).start();
    sleep(2 * SECOND).await;
    assert_eq!(Page::of(&recorder).hot("health_phase"), ["serving"]);

    health.begin_drain();
    sleep(SECOND).await;
    assert_eq!(Page::of(&recorder).hot("health_phase"), ["draining"]);

    // Nothing changes but the time: it is recorded once in half a minute.
    let maintenance = || Page::of(&recorder).value("health_maintenance_seconds");
    let first = maintenance();
    sleep(25 * SECOND).await;
    assert_eq!(maintenance(), first);
    sleep(6 * SECOND).await;
    assert!((29.0..=31.0).contains(&(maintenance() - first)));
}

/// Each run of each check is a change: a thousand of them must not record all of them a thousand times a second.
#[tokio::test(start_paused = true)]
async fn many_changes_are_one_recording_a_second() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let _here = set_default_local_recorder(&recorder);
    let health = builder().start().unwrap();
    health.begin_drain();
    HealthMetrics::new(&health).start();
    let mut recorded = Vec::new();
    for turn in 0..100 {
        health.report_fatal("index", turn);
        sleep(SECOND / 20).await;
        health.clear_fatal("index");
        sleep(SECOND / 20).await;
        // Each recording has another one.
        recorded.push(Page::of(&recorder).value("health_maintenance_seconds"));
    }
    recorded.dedup();
    assert!((9..=11).contains(&recorded.len()), "{recorded:?}");
}

#[tokio::test(start_paused = true)]
async fn it_ends_with_the_health_and_keeps_none() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let _here = set_default_local_recorder(&recorder);
    let check = Switch::new(true).check("database");
    let health = builder().check(check).start().unwrap();
    let recording = HealthMetrics::new(&health).every(Duration::ZERO).start();
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    let weak = health.downgrade();
    drop(health);
    assert!(weak.upgrade().is_none());
    recording.await.unwrap();
    let last = Page::of(&recorder);
    assert_eq!(last.value(r#"health_probe_up{probe="readiness"}"#), 1.0);
}
