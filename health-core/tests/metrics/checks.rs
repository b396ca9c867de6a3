use std::time::Duration;

use health_core::{Check, CheckState, Impact, Probe};

use crate::page::{Scraper, builder};
use crate::support::{Switch, until};

const SECOND: Duration = Duration::from_secs(1);

const UP: &str = r#"health_check_up{check="database",probe="readiness",impact="critical"}"#;
const STALE: &str = r#"health_check_stale{check="database"}"#;
const OUTAGES: &str = r#"health_check_outages_total{check="database"}"#;
const DURATION: &str = r#"health_check_duration_seconds{check="database"}"#;
const AGE: &str = r#"health_check_age_seconds{check="database"}"#;
const SUCCESSES: &str = r#"health_check_runs_total{check="database",outcome="success"}"#;
const FAILURES: &str = r#"health_check_runs_total{check="database",outcome="failure"}"#;

#[tokio::test(start_paused = true)]
async fn a_check_is_followed_from_pending_to_up_to_down() {
    let switch = Switch::new(true);
    let on = std::sync::Arc::clone(&switch.on);
    let check = Check::readiness("database", move || {
        let on = on.load(std::sync::atomic::Ordering::SeqCst);
        async move {
            tokio::time::sleep(SECOND / 4).await;
            on
        }
    });
    let check = check.every(10 * SECOND).jitter(0).fail_after(1);
    let health = builder().check(check).start().unwrap();
    let scraper = Scraper::new(&health);

    let pending = scraper.scrape();
    assert_eq!(pending.value(UP), 0.0, "pending is not healthy");
    assert_eq!(pending.value(SUCCESSES), 0.0);
    assert_eq!(pending.get(DURATION), None);
    assert_eq!(pending.get(AGE), None);
    assert_eq!(pending.value(r#"health_probe_up{probe="readiness"}"#), 0.0);

    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    tokio::time::advance(3 * SECOND).await;
    let up = scraper.scrape();
    assert_eq!(up.value(UP), 1.0);
    assert_eq!(up.value(DURATION), 0.25);
    assert_eq!(up.value(AGE), 3.0);
    assert_eq!((up.value(SUCCESSES), up.value(FAILURES)), (1.0, 0.0));
    assert_eq!((up.value(OUTAGES), up.value(STALE)), (0.0, 0.0));
    assert_eq!(up.value(r#"health_probe_up{probe="readiness"}"#), 1.0);

    switch.set(false);
    until(&health, |now| !now.status(Probe::Readiness).is_up()).await;
    let down = scraper.scrape();
    assert_eq!(down.value(UP), 0.0);
    assert_eq!((down.value(SUCCESSES), down.value(FAILURES)), (1.0, 1.0));
    assert_eq!((down.value(OUTAGES), down.value(STALE)), (1.0, 0.0));
    assert_eq!(down.value(r#"health_probe_up{probe="readiness"}"#), 0.0);
    assert_eq!(down.value(r#"health_probe_up{probe="liveness"}"#), 1.0);
}

/// Nobody runs the checks any more, and whoever asks is told that what they said is too old.
#[tokio::test(start_paused = true)]
async fn what_goes_stale_is_said_to_be_also_when_nobody_is_left() {
    let check = Switch::new(true).check("database");
    let health = builder().check(check).start().unwrap();
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    let scraper = Scraper::new(&health);
    drop(health);
    assert_eq!(scraper.scrape().value(UP), 1.0);
    tokio::time::advance(3600 * SECOND).await;
    let stale = scraper.scrape();
    assert_eq!((stale.value(UP), stale.value(STALE)), (0.0, 1.0));
    assert_eq!(stale.value(OUTAGES), 1.0);
    assert!(stale.value(AGE) >= 3600.0);
    assert_eq!(stale.value(r#"health_probe_up{probe="readiness"}"#), 0.0);
}

#[tokio::test(start_paused = true)]
async fn a_check_that_is_added_later_has_its_series_from_there_on() {
    let health = builder().start().unwrap();
    let scraper = Scraper::new(&health);
    let checkout = r#"health_check_up{check="checkout",probe="external",impact="critical"}"#;
    let search = r#"health_check_up{check="search",probe="readiness",impact="observe"}"#;
    let external = r#"health_probe_up{probe="external"}"#;
    let before = scraper.scrape();
    assert_eq!((before.get(checkout), before.get(external)), (None, None));

    let observed = Switch::new(false).check("search").fail_after(1);
    health.add_check(observed.impact(Impact::Observe)).unwrap();
    health
        .add_check(Check::external("checkout", || async { true }))
        .unwrap();
    let added = scraper.scrape();
    assert_eq!(added.value(checkout), 0.0);
    assert_eq!(added.value(external), 0.0);
    until(&health, |now| {
        let search = now.check("search").unwrap().state();
        now.status(Probe::External).is_up() && search == CheckState::Down
    })
    .await;
    let ran = scraper.scrape();
    assert_eq!((ran.value(checkout), ran.value(external)), (1.0, 1.0));
    assert_eq!(ran.value(search), 0.0);
    let outages = ran.value(r#"health_check_outages_total{check="search"}"#);
    assert_eq!(outages, 1.0, "what it would have done");
    assert_eq!(ran.value(r#"health_probe_up{probe="readiness"}"#), 1.0);
}
