//! A label whose name a recorder has to change makes a page that scrapers refuse.
#![cfg(feature = "metrics")]
#![allow(clippy::unwrap_used, reason = "a test")]

use health_core::{Health, HealthMetrics};
use metrics_exporter_prometheus::PrometheusBuilder;

#[tokio::test]
async fn names_that_come_to_the_same_are_refused() {
    let health = Health::builder().linked(false).start().unwrap();
    let metrics = HealthMetrics::new(&health)
        .label("service-name", "a")
        .label("service_name", "b")
        .label("", "c");
    let recorder = PrometheusBuilder::new().build_recorder();
    metrics::with_local_recorder(&recorder, || metrics.record());
    let page = recorder.handle().render();
    assert!(!page.contains(r#"service_name="a",service_name="b""#));
    assert!(!page.contains(r#",="c""#));
}
