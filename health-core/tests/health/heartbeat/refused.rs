use super::*;

fn refused<B: Backend>(heartbeat: Heartbeat<B>, health: &Health) -> String {
    heartbeat.start(health).unwrap_err().to_string()
}

#[tokio::test]
async fn without_a_watchdog_nothing_is_earned_unless_that_is_said() {
    let health = builder().watchdog(Watchdog::off()).start().unwrap();
    let why = refused(heartbeat(InMemory::new()), &health);
    assert!(
        why.contains("the heartbeat `orders-1`") && why.contains("`.unearned()`"),
        "{why}"
    );
    assert_eq!(health.snapshot().heartbeats().count(), 0);
    let membership = heartbeat(InMemory::new())
        .unearned()
        .start(&health)
        .unwrap();
    assert!(membership.joined().await.is_some());
}

#[tokio::test]
async fn all_that_is_wrong_is_said_at_once() {
    let health = builder().start().unwrap();
    let bad = Heartbeat::to(InMemory::new())
        .name("a\nb")
        .every(Duration::ZERO)
        .jitter(100);
    let error = bad.start(&health).unwrap_err();
    assert_eq!(error.problems().count(), 3, "{error}");
    let said = error.to_string();
    assert!(
        said.starts_with("a heartbeat is refused, 3 problems:\n- the heartbeat"),
        "{said}"
    );
    let short = Heartbeat::to(InMemory::new()).ttl(2 * SECOND);
    assert!(refused(short, &health).contains("set it to 3s or more"));
}

#[tokio::test]
async fn no_two_of_one_name_and_no_ninth() {
    let health = builder().start().unwrap();
    let coordinator = InMemory::new();
    let start = |name: String| heartbeat(coordinator.clone()).name(name).start(&health);
    start("orders-0".to_owned()).unwrap();
    let twice = start("orders-0".to_owned()).unwrap_err().to_string();
    assert!(twice.contains("beats to `in-memory` already"), "{twice}");
    for number in 1..8 {
        start(format!("orders-{number}")).unwrap();
    }
    let ninth = start("orders-8".to_owned()).unwrap_err().to_string();
    assert!(ninth.contains("there are 8 already"), "{ninth}");
    assert_eq!(health.snapshot().heartbeats().count(), 8);
}
