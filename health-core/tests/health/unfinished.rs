use std::future::pending;
use std::io;
use std::time::Duration;

use health_core::{DrainReport, Health, Unfinished};

use crate::support::builder;

const SECOND: Duration = Duration::from_secs(1);

/// What is left of a drain that ends at its deadline, 25 s from here.
async fn given_up(health: &Health) -> DrainReport {
    health.shutdown();
    health.run(pending::<io::Result<()>>()).await.unwrap()
}

fn named(unfinished: &[Unfinished]) -> Vec<(&str, Duration)> {
    unfinished
        .iter()
        .map(|one| (one.what(), one.age()))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn holds_are_named_with_their_age_as_long_as_they_live() {
    let health = builder().start().unwrap();
    let over = health.hold().named("over");
    let chat = health.hold().named("websocket /chat");
    tokio::time::sleep(5 * SECOND).await;
    drop(over);
    let renamed = health.hold().named("queued").named("job\n17");
    tokio::time::sleep(5 * SECOND).await;
    let unnamed = health.hold();
    let report = given_up(&health).await;
    assert_eq!(report.remaining, 3);
    assert_eq!(
        named(&report.unfinished),
        [
            ("websocket /chat", 35 * SECOND),
            ("job 17", 30 * SECOND),
            ("a hold", 25 * SECOND)
        ]
    );
    let said = report.to_string();
    let names = "had not ended: websocket /chat for 35.0 s, job 17 for 30.0 s, a hold for 25.0 s";
    assert!(said.ends_with(names), "{said}");
    drop((chat, renamed, unnamed));
}

#[tokio::test(start_paused = true)]
async fn connections_are_named_by_where_they_come_from() {
    let health = builder().start().unwrap();
    let connections = health.connections();
    let over = connections.open_from(([10, 0, 0, 6], 4000).into());
    let unknown = connections.open();
    tokio::time::sleep(5 * SECOND).await;
    let known = connections.open_from(([10, 0, 0, 7], 4000).into());
    drop(over);
    let hold = health.hold();
    let report = given_up(&health).await;
    assert_eq!((report.remaining, report.connections), (1, 2));
    assert_eq!(
        named(&report.open_connections),
        [
            ("a connection", 30 * SECOND),
            ("a connection from 10.0.0.7:4000", 25 * SECOND)
        ]
    );
    let said = report.to_string();
    let names = "ended: a hold for 25.0 s, a connection for 30.0 s, a connection from 10.0.0.7:4000 for 25.0 s";
    assert!(said.ends_with(names), "{said}");
    drop((unknown, known, hold));
}

#[tokio::test(start_paused = true)]
async fn a_report_names_a_hundred_and_a_line_ten() {
    let health = builder().start().unwrap();
    let held: Vec<_> = (0..101)
        .map(|_| (health.hold(), health.connections().open()))
        .collect();
    let report = given_up(&health).await;
    assert_eq!((report.remaining, report.connections), (101, 101));
    assert_eq!(report.unfinished.len(), 100);
    assert_eq!(report.open_connections.len(), 100);
    let said = report.to_string();
    assert_eq!(said.matches("a hold for").count(), 10, "{said}");
    assert!(said.ends_with("a hold for 25.0 s, …"), "{said}");
    drop(held);
}
