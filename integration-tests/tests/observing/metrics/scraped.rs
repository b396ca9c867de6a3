//! What is on the page, from the first scrape to the last.

use crate::metrics::service::Service;

const READY: &[(&str, &str)] = &[("probe", "readiness")];
const DATABASE: &[(&str, &str)] = &[("check", "database")];

#[tokio::test]
async fn the_page_is_exact_while_readiness_is_503_and_in_the_lame_duck() {
    let service = Service::start().await;
    let page = service.scrape().await;
    assert!(page.is_in("serving"));
    assert_eq!(page.value("health_probe_up", READY), 1.0);
    assert_eq!(page.value("health_check_up", DATABASE), 1.0);
    let told_up = [("probe", "readiness"), ("answer", "up")];
    let told_down = [("probe", "readiness"), ("answer", "down")];
    let before = page.value("health_probe_answers_total", &told_up);
    assert!(before >= 1.0, "somebody has asked whether it is ready");
    assert_eq!(service.ready().await, 200);
    let page = service.scrape().await;
    assert_eq!(
        page.value("health_probe_answers_total", &told_up),
        before + 1.0
    );

    service.unplug().await;
    service.until_ready_is(503).await;
    let page = service.scrape().await;
    assert!(page.is_in("serving"));
    assert_eq!(page.value("health_probe_up", READY), 0.0);
    assert_eq!(page.value("health_check_up", DATABASE), 0.0);
    assert_eq!(page.value("health_check_outages_total", DATABASE), 1.0);
    assert!(page.value("health_probe_answers_total", &told_down) >= 1.0);
    let down = [("verdict", "down")];
    let page = service.until("the verdict", |page| {
        page.value("health_verdict", &down) == 1.0
    });
    let page = page.await;
    assert_eq!(page.value("health_verdict_rule", &[("rule", "check")]), 1.0);

    service.unplug().await;
    service.until_ready_is(200).await;
    assert_eq!(
        service.scrape().await.value("health_drain_seconds", &[]),
        0.0
    );

    service.terminate();
    service.until_ready_is(503).await;
    let page = service.scrape().await;
    assert!(page.is_in("draining"));
    assert_eq!(service.ready().await, 503, "still");
    assert_eq!(page.value("health_check_up", DATABASE), 1.0);
    let drain = page.value("health_drain_seconds", &[]);
    let deadline = page.value("health_drain_deadline_seconds", &[]);
    assert!(0.0 < drain && drain < deadline, "{drain} of {deadline}");
    let report = service.ended().await;
    assert!(report.ends_with("nothing was left"), "{report}");
}
