//! The table in the documentation, against the page.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use health_core::heartbeat::InMemory;
use health_core::{Check, Heartbeat};

use crate::page::Scraper;
use crate::support::{builder, until};

/// Names with their types and labels.
type Table = BTreeMap<String, (String, BTreeSet<String>)>;

fn documented() -> Table {
    let source = include_str!("../../src/metrics/health_metrics.rs");
    let rows = source
        .lines()
        .filter_map(|line| line.strip_prefix("/// | `health_"));
    let row = |row: &str| {
        let mut cells = row.split(" | ");
        let name = format!("health_{}", cells.next()?.trim_end_matches('`'));
        let kind = cells.next()?.to_owned();
        let labels = cells.next()?.split('`').skip(1).step_by(2);
        Some((name, (kind, labels.map(str::to_owned).collect())))
    };
    rows.filter_map(row).collect()
}

fn rendered(text: &str) -> Table {
    let mut table = Table::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            table.entry(name.to_owned()).or_default().0 = kind.to_owned();
        } else if !line.starts_with('#') {
            let (series, _) = line.rsplit_once(' ').unwrap();
            let (name, labels) = series.split_once('{').unwrap_or((series, ""));
            let labels = labels.split("=\"").filter_map(|before| {
                let label = before.rsplit(['"', ',']).next()?;
                (!label.is_empty() && label != "}").then(|| label.to_owned())
            });
            table.entry(name.to_owned()).or_default().1.extend(labels);
        }
    }
    table
}

/// With a series of each kind.
#[tokio::test(flavor = "multi_thread")]
async fn the_table_has_what_a_page_has_and_nothing_else() {
    let health = builder()
        .check(Check::external("checkout", || async { true }))
        .start()
        .unwrap();
    until(&health, |now| {
        now.check("checkout").unwrap().outcome().is_some()
    })
    .await;
    let began = Instant::now();
    while health.snapshot().runtimes().next().is_none() {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "no runtime is watched"
        );
        tokio::task::yield_now().await;
    }
    let beats = Heartbeat::to(InMemory::new()).every(Duration::from_millis(50));
    let _membership = beats.start(&health).unwrap();
    while health.snapshot().heartbeats().all(|one| one.acked() == 0) {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "no beat is acked"
        );
        tokio::task::yield_now().await;
    }
    let scraper = Scraper::new(&health);
    let series = scraper.scrape().0.len();
    let text = scraper.recorder.handle().render();
    let documented = documented();
    assert!(documented.len() > 20, "{documented:#?}");
    assert_eq!(documented, rendered(&text));
    for name in documented.keys() {
        assert!(
            text.contains(&format!("# HELP {name} ")),
            "{name} is not described"
        );
    }
    assert_eq!(series, 53 + 7 + 5 + 11, "as it says below the table");
}
