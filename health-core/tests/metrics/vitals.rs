use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use health_core::{Health, Watchdog};
use tokio::runtime::Builder;

use crate::page::{Page, Scraper};
use crate::support::builder;

const SECOND: Duration = Duration::from_secs(1);

/// Waits for what the watchdog's thread will see, in real time.
fn until(scraper: &Scraper, wanted: impl Fn(&Page) -> bool) -> Page {
    let began = Instant::now();
    loop {
        let page = scraper.scrape();
        if wanted(&page) {
            return page;
        }
        assert!(began.elapsed() < 60 * SECOND, "never: {page:#?}");
        std::thread::yield_now();
    }
}

fn watched(watchdog: Watchdog, runtime: &tokio::runtime::Runtime) -> Health {
    let health = builder().runtime(runtime.handle().clone());
    health.watchdog(watchdog).start().unwrap()
}

#[test]
fn the_lag_of_each_runtime_and_its_workers() {
    let runtime = || {
        Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap()
    };
    let (main, ingest) = (runtime(), runtime());
    let watchdog = Watchdog::default().watch("ingest", ingest.handle().clone());
    let health = watched(watchdog, &main);
    let scraper = Scraper::new(&health);
    let workers = |name: &str| format!(r#"health_runtime_workers{{runtime="{name}"}}"#);
    let page = until(&scraper, |page| page.get(&workers("ingest")) == Some(2.0));
    assert_eq!(page.value(&workers("main")), 2.0);
    assert_eq!(
        page.value(r#"health_runtime_stuck_workers{runtime="main"}"#),
        0.0
    );
    for stat in ["p50", "p99", "max"] {
        page.value(&format!(
            r#"health_loop_lag_seconds{{runtime="main",stat="{stat}"}}"#
        ));
    }
    // Both workers stand still together, and it shows.
    let together = Arc::new(Barrier::new(2));
    for _ in 0..2 {
        let together = Arc::clone(&together);
        main.spawn(async move {
            together.wait();
            std::thread::sleep(SECOND / 2);
        });
    }
    until(&scraper, |page| {
        page.value(r#"health_loop_lag_seconds{runtime="main",stat="max"}"#) > 0.1
    });

    ingest.shutdown_background();
    let page = until(&scraper, |page| page.value(&workers("ingest")) == 0.0);
    assert_eq!(
        page.value(r#"health_loop_lag_seconds{runtime="ingest",stat="max"}"#),
        0.0
    );
    assert_eq!(page.value(&workers("main")), 2.0);
}

#[test]
fn pulses_are_counted_by_state_and_faults_by_kind() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let health = watched(Watchdog::default().stalled_after(SECOND), &runtime);
    let scraper = Scraper::new(&health);
    let page = scraper.scrape();
    assert!(page.hot("health_faults").is_empty());
    assert_eq!(page.value(r#"health_pulses{state="working"}"#), 0.0);

    let waiting = health.pulse("shipping").overdue_after(SECOND);
    let working = health.pulse("billing");
    let work = working.begin("an invoice");
    let page = until(&scraper, |page| {
        page.value(r#"health_pulses{state="working"}"#) == 1.0
    });
    assert_eq!(page.value(r#"health_pulses{state="waiting"}"#), 1.0);
    assert_eq!(page.value(r#"health_probe_up{probe="liveness"}"#), 1.0);

    // It ends without having said so.
    drop(waiting);
    let page = until(&scraper, |page| page.hot("health_faults") == ["pulse_died"]);
    assert_eq!(page.value(r#"health_pulses{state="died"}"#), 1.0);
    assert_eq!(page.value(r#"health_probe_up{probe="liveness"}"#), 0.0);
    drop(work);
}
