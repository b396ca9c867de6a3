//! What the watchdog sees, as part of liveness.

use std::time::Duration;

use health_tower::{Health, Probe, Watchdog};

use crate::world::{JSON, get, open};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn liveness_shows_runtimes_and_pulses_the_overdue_first() {
    let health = Health::builder()
        .linked(false)
        .watchdog(Watchdog::default())
        .start()
        .unwrap();
    let layer = open(&health);
    let idle = health.pulse("idle\nconsumer");
    let consumer = health
        .pulse("consumer")
        .overdue_after(Duration::from_secs(1));
    let working = consumer.begin("commit");
    let mut changes = health.subscribe();
    while health.status(Probe::Liveness).is_up() {
        changes.changed().await.unwrap();
    }
    let json = get(&layer, "/health/live", JSON).await;
    assert_eq!(json.status, 503);
    let document = json.json();
    assert_eq!(document["status"], "fail");
    let said = "pulse `consumer` is overdue: `commit` has not ended for 1s";
    assert_eq!(document["notes"], serde_json::json!([said]));
    let pulses = &document["pulses"];
    assert_eq!(
        (&pulses[0]["name"], &pulses[0]["state"], &pulses[0]["what"]),
        (&"consumer".into(), &"overdue".into(), &"commit".into())
    );
    assert!(pulses[0]["seconds"].as_f64().unwrap() >= 1.0);
    assert_eq!(
        (&pulses[1]["name"], &pulses[1]["state"]),
        (&"idle consumer".into(), &"waiting".into())
    );
    let runtime = &document["runtimes"][0];
    assert_eq!(
        (&runtime["name"], &runtime["workers"]),
        (&"main".into(), &1.into())
    );
    assert!(runtime["lagMs"]["p99"].is_number());

    let verbose = get(&layer, "/health/live?verbose", "*/*").await;
    let text = verbose.text();
    assert!(text.contains(&format!("[-]{said}\n")), "{text}");
    assert!(
        text.contains("[-]pulse consumer overdue: commit for "),
        "{text}"
    );
    assert!(text.contains("[+]pulse idle consumer waiting\n"), "{text}");
    assert!(text.contains("]runtime main "), "{text}");
    let ready = get(&layer, "/health/ready", JSON).await.json();
    assert!(ready.get("runtimes").is_none() && ready.get("pulses").is_none());

    drop(working);
    while !health.status(Probe::Liveness).is_up() {
        changes.changed().await.unwrap();
    }
    assert_eq!(get(&layer, "/health/live", JSON).await.status, 200);
    consumer.finish();
    idle.finish();
}
