use health_core::HealthMetrics;
use metrics::with_local_recorder;

use crate::page::{Page, Scraper, builder};
use crate::support::{Switch, until};

#[tokio::test(start_paused = true)]
async fn two_services_of_one_process_are_told_apart_by_a_label() {
    let orders = builder().start().unwrap();
    let check = Switch::new(false).check("database").fail_after(1);
    let search = builder().check(check).start().unwrap();
    until(&search, |now| {
        now.check("database").unwrap().outcome().is_some()
    })
    .await;
    let [one, other] = [("orders", &orders), ("search", &search)]
        .map(|(name, health)| HealthMetrics::new(health).label("service", name));
    let scraper = Scraper::of(one);
    scraper.scrape();
    with_local_recorder(&scraper.recorder, || other.record());
    let page = Page::of(&scraper.recorder);
    for (service, up) in [("orders", 1.0), ("search", 0.0)] {
        let series = format!(r#"health_probe_up{{service="{service}",probe="readiness"}}"#);
        assert_eq!(page.value(&series), up);
    }
    assert!(page.0.keys().all(|series| series.contains("{service=")));
}

/// Prometheus refuses a page on which one series has the same label twice.
#[tokio::test(start_paused = true)]
async fn a_label_whose_name_is_taken_is_left_out() {
    let health = builder().start().unwrap();
    let metrics = HealthMetrics::new(&health)
        .label("service", "orders")
        .label("service", "search")
        .label("probe", "mine")
        .label("zone", "a");
    let page = Scraper::of(metrics).scrape();
    page.value(r#"health_probe_up{service="orders",zone="a",probe="readiness"}"#);
    assert!(!page.0.keys().any(|series| series.contains("mine")));
}

/// An exporter would make two of these the same, or none at all.
#[tokio::test(start_paused = true)]
async fn a_name_that_exporters_would_change_is_left_out() {
    let health = builder().start().unwrap();
    let bad = [
        "service-name",
        "",
        "0th",
        "__name",
        "größe",
        "a b",
        "a:b",
        "a.b",
    ];
    let good = ["service_name", "_private", "Zone2"];
    let metrics = bad
        .into_iter()
        .chain(good)
        .fold(HealthMetrics::new(&health), |metrics, name| {
            metrics.label(name, "it")
        });
    let page = Scraper::of(metrics).scrape();
    let labels = r#"{service_name="it",_private="it",Zone2="it"}"#;
    page.value(&format!("health_requests_in_flight{labels}"));
}
