//! From the start until it is ready.

use crate::systemd::manager::{Manager, PLAN, Plan};

#[tokio::test]
async fn it_is_ready_once_start_up_is_over_and_says_so_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let mut manager = Manager::at_path(&path);
    let mut service = PLAN.start(path.to_str(), &[]).await;
    assert!(service.by_systemd);
    let mut alive = 0;
    while alive < 5 {
        let message = manager.next().await;
        assert!(!message.has("READY=1"), "{message:?}");
        alive += u32::from(message.has("WATCHDOG=1"));
    }
    service.tell("started").await;
    let ready = manager
        .until("READY=1", |message| message.has("READY=1"))
        .await;
    let ready = ready.last().unwrap();
    let status = "serving, live, ready, healthy";
    assert_eq!(ready.of("STATUS"), Some(status), "{ready:?}");
    for _ in 0..5 {
        let after = manager.next().await;
        assert!(
            !after.has("READY=1") && after.has("WATCHDOG=1"),
            "{after:?}"
        );
    }
}

/// It does not wait for the beat that is due in a minute.
#[tokio::test]
async fn ready_and_stopping_are_said_at_once() {
    let name = format!("health-tower-at-once-{}", std::process::id());
    let mut manager = Manager::at_name(&name);
    let minute = 60 * crate::systemd::manager::SECOND;
    let plan = Plan {
        watchdog: None,
        every: minute,
        ttl: 3 * minute,
        ..PLAN
    };
    let mut service = plan.start(Some(&format!("@{name}")), &[]).await;
    let joins = manager.next().await;
    assert!(
        joins.has("WATCHDOG=1") && !joins.has("READY=1"),
        "{joins:?}"
    );
    service.tell("started").await;
    assert!(manager.next().await.has("READY=1"));
    service.tell("maintain").await;
    let maintenance = manager.next().await;
    assert!(!maintenance.has("STOPPING=1"), "{maintenance:?}");
    assert!(
        maintenance
            .of("STATUS")
            .unwrap()
            .contains("for maintenance")
    );
    // The phase is draining already.
    service.terminate().await;
    assert!(manager.next().await.has("STOPPING=1"));
    service.ended().await;
}

#[tokio::test]
async fn maintenance_is_no_end() {
    let name = format!("health-tower-maintenance-{}", std::process::id());
    let mut manager = Manager::at_name(&name);
    let mut service = PLAN.start(Some(&format!("@{name}")), &[]).await;
    service.tell("started").await;
    service.tell("maintain").await;
    let says = |part: &'static str| {
        move |message: &crate::systemd::manager::Message| {
            message
                .of("STATUS")
                .is_some_and(|status| status.contains(part))
        }
    };
    let mut all = manager.until("maintenance", says("for maintenance")).await;
    for _ in 0..5 {
        all.push(manager.next().await);
    }
    service.tell("resume").await;
    all.extend(manager.until("serving", says("serving, live, ready")).await);
    for message in &all {
        let stops = message.has("STOPPING=1") || message.of("EXTEND_TIMEOUT_USEC").is_some();
        assert!(!stops, "{message:?}");
    }
    let ready = all.iter().filter(|message| message.has("READY=1"));
    assert_eq!(ready.count(), 1);
}

#[tokio::test]
async fn in_a_shell_there_is_nothing_to_do() {
    for socket in [None, Some("")] {
        let mut service = PLAN.start(socket, &[]).await;
        assert!(!service.by_systemd);
        service.tell("started").await;
        service.terminate().await;
        service.ended().await;
    }
}
