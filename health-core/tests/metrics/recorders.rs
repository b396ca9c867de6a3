use std::time::Duration;

use health_core::HealthMetrics;
use metrics::with_local_recorder;
use metrics_exporter_prometheus::PrometheusBuilder;
use metrics_util::MetricKindMask;

use crate::page::{Page, Scraper, builder};

#[tokio::test(start_paused = true)]
async fn a_recorder_may_come_later_and_another_one_after_it() {
    let health = builder().start().unwrap();
    let metrics = HealthMetrics::new(&health);
    metrics.record();
    for _ in 0..2 {
        let page = Scraper::of(metrics.clone()).scrape();
        assert_eq!(page.hot("health_phase"), ["serving"]);
    }
}

/// What was idle for long is dropped by the exporter, and must come back: a handle that is kept would write to nobody.
#[tokio::test(start_paused = true)]
async fn what_an_exporter_has_dropped_comes_back() {
    let health = builder().start().unwrap();
    let metrics = HealthMetrics::new(&health);
    // Its clock is not the test's: at once is after any time.
    let recorder = PrometheusBuilder::new()
        .idle_timeout(MetricKindMask::ALL, Some(Duration::ZERO))
        .build_recorder();
    let record = || with_local_recorder(&recorder, || metrics.record());
    record();
    Page::of(&recorder);
    std::thread::yield_now();
    let dropped = Page::of(&recorder);
    assert_eq!(dropped.get("health_drain_seconds"), None);
    record();
    assert_eq!(Page::of(&recorder).get("health_drain_seconds"), Some(0.0));
}
