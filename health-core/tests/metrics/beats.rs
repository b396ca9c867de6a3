use std::time::{Duration, Instant};

use health_core::Heartbeat;
use health_core::heartbeat::{Fault, InMemory, Step};

use crate::page::{Page, Scraper};
use crate::support::builder;

/// Waits for what a heartbeat's thread does, in real time.
async fn until(scraper: &Scraper, wanted: impl Fn(&Page) -> bool) -> Page {
    let began = Instant::now();
    loop {
        let page = scraper.scrape();
        if wanted(&page) {
            return page;
        }
        let patient = began.elapsed() < Duration::from_secs(60);
        assert!(patient, "never: {page:#?}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn beats_are_counted_and_the_state_is_told() {
    let health = builder().start().unwrap();
    let scraper = Scraper::new(&health);
    let is = |state: &str| format!(r#"health_heartbeats{{backend="in-memory",state="{state}"}}"#);
    let beats =
        |outcome: &str| format!(r#"health_beats_total{{backend="in-memory",outcome="{outcome}"}}"#);
    assert_eq!(scraper.scrape().get(&is("member")), None, "there is none");

    let backend = InMemory::new();
    let beat = Heartbeat::to(backend.clone()).every(Duration::from_millis(20));
    let membership = beat.start(&health).unwrap();
    membership.joined().await.unwrap();
    let page = until(&scraper, |page| {
        page.get(&beats("acked")).is_some_and(|acked| acked >= 3.0)
    });
    let page = page.await;
    for state in ["joining", "withheld", "stalled", "fenced", "left"] {
        assert_eq!(page.value(&is(state)), 0.0, "{state}");
    }
    assert_eq!(page.value(&is("member")), 1.0);
    assert_eq!(page.value(&beats("failed")), 0.0);
    let age = page.value(r#"health_beat_ack_age_seconds{backend="in-memory"}"#);
    assert!((0.0..60.0).contains(&age), "{age}");
    page.value(r#"health_beat_rtt_seconds{backend="in-memory"}"#);

    let refused = Fault::Refuse("by the test".to_owned());
    backend.inject(Step::Beat, refused, 3);
    let page = until(&scraper, |page| page.value(&beats("failed")) >= 1.0).await;
    assert!(page.value(&beats("acked")) >= 3.0, "totals don't go back");
}
