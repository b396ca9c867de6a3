//! Heartbeats among the details.

use std::time::Duration;

use health_tower::heartbeat::{Fault, InMemory, Step};
use health_tower::{Health, Heartbeat};

use crate::world::{JSON, get, open};

#[tokio::test(flavor = "multi_thread")]
async fn readiness_shows_where_a_heartbeat_stands() {
    let health = Health::builder().linked(false).start().unwrap();
    let coordinator = InMemory::new();
    let warning = Fault::Warn("it loses leases".to_owned());
    coordinator.inject(Step::Join, warning, 1);
    let membership = Heartbeat::to(coordinator)
        .name("orders-1")
        .every(Duration::from_millis(100))
        .start(&health)
        .unwrap();
    membership.joined().await.unwrap();
    let layer = open(&health);
    let document = loop {
        let document = get(&layer, "/health/ready", JSON).await.json();
        if document["heartbeats"][0]["acked"].as_u64() > Some(0) {
            break document;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let beats = &document["heartbeats"][0];
    assert_eq!(
        (&beats["name"], &beats["state"]),
        (&"orders-1".into(), &"member".into())
    );
    assert_eq!(
        (&beats["required"], &beats["incarnation"]),
        (&false.into(), &1.into())
    );
    assert!(beats["lastAckSeconds"].as_f64().is_some() && beats["rttMs"].as_f64().is_some());
    assert_eq!(beats["warning"], "it loses leases");
    let lines = get(&layer, "/health/ready?verbose", "").await;
    assert!(
        lines
            .text()
            .contains("[+]heartbeat orders-1 to in-memory member, "),
        "{}",
        lines.text()
    );
    assert!(lines.text().contains("; it warns: it loses leases"));
    let live = get(&layer, "/health/live", JSON).await.json();
    assert!(live.get("heartbeats").is_none());
}
