use health_core::Verdict;

use crate::page::{Scraper, builder};
use crate::support::until;

#[tokio::test(start_paused = true)]
async fn the_verdict_and_the_rules_behind_it() {
    let health = builder().start().unwrap();
    let scraper = Scraper::new(&health);
    let page = scraper.scrape();
    assert_eq!(page.hot("health_verdict"), ["healthy"]);
    assert!(page.hot("health_verdict_rule").is_empty());
    assert_eq!(page.value(r#"health_verdict_rule{rule="latency"}"#), 0.0);
    assert_eq!(page.value("health_fatal_errors"), 0.0);

    health.report_fatal("index", "corrupt");
    until(&health, |now| now.verdict().verdict() == Verdict::Down).await;
    let page = scraper.scrape();
    assert_eq!(page.hot("health_verdict"), ["down"]);
    assert_eq!(page.hot("health_verdict_rule"), ["fatal"]);
    assert_eq!(page.value("health_fatal_errors"), 1.0);

    health.clear_fatal("index");
    until(&health, |now| now.verdict().verdict() == Verdict::Healthy).await;
    let page = scraper.scrape();
    assert_eq!(page.hot("health_verdict"), ["healthy"]);
    assert!(page.hot("health_verdict_rule").is_empty());
    assert_eq!(page.value("health_fatal_errors"), 0.0);
}
