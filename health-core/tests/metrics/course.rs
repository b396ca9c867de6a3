use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use health_core::{DrainPolicy, Phase, Probe};

use crate::page::{Page, Scraper, builder};
use crate::support::{ready, until};

const SECOND: Duration = Duration::from_secs(1);
const START: &str = "health_start_time_seconds";
const DRAIN: &str = "health_drain_seconds";
const MAINTENANCE: &str = "health_maintenance_seconds";

fn phase(page: &Page) -> Vec<&str> {
    page.hot("health_phase")
}

#[tokio::test(start_paused = true)]
async fn the_phases_and_how_long_the_drain_takes() {
    let drain = DrainPolicy::default().deadline(20 * SECOND);
    let health = builder().drain(drain).start().unwrap();
    let task = health.startup_task("migrate");
    let scraper = Scraper::new(&health);
    let page = scraper.scrape();
    assert_eq!(phase(&page), ["starting"]);
    assert_eq!(page.value("health_drain_deadline_seconds"), 20.0);
    assert_eq!((page.value(DRAIN), page.value(MAINTENANCE)), (0.0, 0.0));
    task.done();
    assert_eq!(phase(&scraper.scrape()), ["serving"]);

    health.begin_drain();
    tokio::time::advance(4 * SECOND).await;
    let page = scraper.scrape();
    assert_eq!(phase(&page), ["draining"]);
    assert_eq!((page.value(DRAIN), page.value(MAINTENANCE)), (0.0, 4.0));
    health.resume();
    let page = scraper.scrape();
    assert_eq!(
        (phase(&page), page.value(MAINTENANCE)),
        (vec!["serving"], 0.0)
    );

    let held = health.hold();
    let opened = health.connections().open();
    let closing = health.closing();
    let server = async {
        closing.await;
        Ok::<_, io::Error>(())
    };
    health.shutdown();
    let watcher = async {
        tokio::time::sleep(3 * SECOND).await;
        let page = scraper.scrape();
        assert_eq!((phase(&page), page.value(DRAIN)), (vec!["draining"], 3.0));
        assert_eq!(page.value(r#"health_probe_up{probe="readiness"}"#), 0.0);
        assert_eq!(page.value("health_requests_in_flight"), 1.0);
        assert_eq!(page.value("health_connections_open"), 1.0);
        until(&health, |now| now.phase() == Phase::Closing).await;
        tokio::time::sleep(2 * SECOND).await;
        drop(opened);
        let page = scraper.scrape();
        assert_eq!((phase(&page), page.value(DRAIN)), (vec!["closing"], 12.0));
        assert_eq!(page.value("health_connections_open"), 0.0);
        drop(held);
    };
    let (report, ()) = tokio::join!(health.run(server), watcher);
    assert!(report.unwrap().is_clean());
    assert!(!ready(&health));
    for _ in 0..2 {
        let page = scraper.scrape();
        assert_eq!(phase(&page), ["closed"]);
        assert_eq!(page.value(DRAIN), 12.0, "it is over");
        assert_eq!(page.value("health_requests_in_flight"), 0.0);
        tokio::time::advance(60 * SECOND).await;
    }
}

/// A probe that is told that start-up is over is told so for good; who looks at metrics is nobody's probe.
#[tokio::test(start_paused = true)]
async fn a_scrape_keeps_no_task_from_being_declared() {
    let health = builder().start().unwrap();
    let scraper = Scraper::new(&health);
    let startup = r#"health_probe_up{probe="startup"}"#;
    assert_eq!(scraper.scrape().value(startup), 1.0);
    let task = health.startup_task("migrate");
    assert_eq!(scraper.scrape().value(startup), 0.0);
    assert!(!health.status(Probe::Startup).is_up());
    task.done();
    assert_eq!(scraper.scrape().value(startup), 1.0);
}

/// Each service has its own, so that a restart shows, however short it was.
#[tokio::test(start_paused = true)]
async fn the_start_is_a_time_on_the_wall_and_stays() {
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let before = now().as_secs_f64();
    let health = builder().start().unwrap();
    let after = now().as_secs_f64();
    let scraper = Scraper::new(&health);
    let started = scraper.scrape().value(START);
    assert!((before..=after).contains(&started), "{started}");
    tokio::time::advance(60 * SECOND).await;
    assert_eq!(scraper.scrape().value(START), started);
    // A clock with a coarse step must not make the two the same.
    while now().as_secs_f64() <= started {
        std::hint::spin_loop();
    }
    let next = builder().start().unwrap();
    assert!(Scraper::new(&next).scrape().value(START) > started);
}
