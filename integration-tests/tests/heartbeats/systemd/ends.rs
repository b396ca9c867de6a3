//! From SIGTERM to the end.

use integration_tests::wire::Wire;

use crate::systemd::manager::{Manager, Message, PLAN, Plan, SECOND};

fn stopping(message: &Message) -> bool {
    message.has("STOPPING=1")
}

#[tokio::test]
async fn a_drain_is_told_at_once_and_extended_while_it_is_earned() {
    let (mut manager, mut service) = PLAN.ready("drain").await;
    let mut held = Wire::connect(service.addr).await;
    held.request("GET", "/held").await;

    service.terminate().await;
    let told = manager.until("STOPPING=1", stopping).await;
    let first = told.last().unwrap();
    assert!(
        first.of("STATUS").unwrap().contains("not ready"),
        "{first:?}"
    );
    for _ in 0..20 {
        let message = manager.next().await;
        assert_eq!(
            message.of("EXTEND_TIMEOUT_USEC"),
            Some("10000000"),
            "{message:?}"
        );
        assert!(
            !message.has("WATCHDOG=1") && !stopping(&message),
            "{message:?}"
        );
    }
    service.tell("release").await;
    assert_eq!(held.answer().await.status, 200);
    service.ended().await;
    let rest = manager.rest().await;
    assert!(!rest.iter().any(stopping), "once: {rest:?}");
    let last = rest.last().unwrap();
    assert_eq!(
        last.of("STATUS"),
        Some("drained, and about to end"),
        "{rest:?}"
    );
    assert!(last.of("EXTEND_TIMEOUT_USEC").is_some(), "{last:?}");
}

/// The lame duck is part of the stop, of which systemd hears at its beginning.
#[tokio::test]
async fn a_lame_duck_is_stopping_too() {
    let plan = Plan {
        lame_duck: 3600 * SECOND,
        ..PLAN
    };
    let (mut manager, service) = plan.ready("duck").await;
    service.terminate().await;
    let told = manager.until("STOPPING=1", stopping).await;
    let status = told.last().unwrap().of("STATUS").unwrap();
    assert!(status.starts_with("draining, live, not ready"), "{status}");
    assert!(!status.contains("maintenance"), "{status}");
}

#[tokio::test]
async fn who_is_stopped_before_it_was_ready_never_says_that_it_is() {
    let name = format!("health-tower-early-{}", std::process::id());
    let mut manager = Manager::at_name(&name);
    let service = PLAN.start(Some(&format!("@{name}")), &[]).await;
    let mut all = manager
        .until("a beat", |message| message.has("WATCHDOG=1"))
        .await;
    service.terminate().await;
    service.ended().await;
    all.extend(manager.rest().await);
    assert!(!all.iter().any(|message| message.has("READY=1")), "{all:?}");
    assert_eq!(all.iter().filter(|message| stopping(message)).count(), 1);
}
