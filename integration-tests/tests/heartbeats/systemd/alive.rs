//! The watchdog.

use std::time::Duration;

use crate::systemd::manager::{Manager, Message, PLAN, Plan, SECOND};

fn alive(message: &Message) -> bool {
    message.has("WATCHDOG=1")
}

/// From each watchdog beat to the next.
async fn gaps(manager: &mut Manager, count: usize) -> Vec<Duration> {
    let mut at = Vec::new();
    while at.len() <= count {
        at.extend(
            Some(manager.next().await)
                .filter(alive)
                .map(|message| message.at),
        );
    }
    at.windows(2).map(|two| two[1] - two[0]).collect()
}

/// Each comes before systemd would kill, and as a rule after less than half of that: as `sd_watchdog_enabled(3)` has it.
#[tokio::test]
async fn it_beats_in_half_of_what_the_unit_says() {
    let limit = Duration::from_millis(1500);
    let plan = Plan {
        watchdog: Some(limit),
        every: 10 * SECOND,
        ttl: 60 * SECOND,
        ..PLAN
    };
    let (mut manager, _service) = plan.ready("half").await;
    let mut gaps = gaps(&mut manager, 9).await;
    gaps.sort();
    assert!(gaps[8] < limit && gaps[4] <= limit / 2, "{gaps:?}");
}

#[tokio::test]
async fn workers_that_are_blocked_earn_no_beat_until_they_turn_again() {
    let (mut manager, mut service) = PLAN.ready("blocked").await;
    // Of 6 s, one earns beats, and after five membership is given back.
    service.tell("block 6000").await;
    let stalls = |message: &Message| {
        message
            .of("STATUS")
            .is_some_and(|is| is.starts_with("stalled"))
    };
    let all = manager.until("a stall", stalls).await;
    let last = all.iter().rfind(|message| alive(message)).unwrap();
    let stalled = all.last().unwrap();
    assert!(!alive(stalled) && !stalled.has("STOPPING=1"), "{stalled:?}");
    assert!(stalled.at - last.at >= 3 * SECOND, "{all:?}");
    let back = manager.until("a beat", alive).await;
    let status = back.last().unwrap().of("STATUS").unwrap();
    assert!(status.starts_with("serving, live"), "{status}");
    assert!(!back.iter().any(|message| message.has("READY=1")), "again");
}

#[tokio::test]
async fn while_liveness_is_down_nothing_is_sent_for_the_watchdog() {
    let (mut manager, mut service) = PLAN.ready("dead").await;
    service.tell("dead").await;
    let dead = |message: &Message| {
        message
            .of("STATUS")
            .is_some_and(|is| is.contains("not live"))
    };
    let all = manager.until("its status", dead).await;
    assert!(!alive(all.last().unwrap()), "{all:?}");
    let said = service.problem("liveness is down").await;
    assert!(said.contains("kills the service 30s after"), "{said}");
    service.tell("live").await;
    let lives = |message: &Message| message.of("STATUS").is_some_and(|is| is.contains(", live"));
    let mut all = manager.until("its status", lives).await;
    assert!(alive(&all.pop().unwrap()));
    let asked = all
        .iter()
        .filter(|message| message.of("WATCHDOG").is_some());
    assert_eq!(asked.count(), 0, "not even `WATCHDOG=trigger`: {all:?}");
}

#[tokio::test]
async fn a_watchdog_of_another_process_is_left_alone() {
    let name = format!("health-tower-others-{}", std::process::id());
    let mut manager = Manager::at_name(&name);
    let mut service = PLAN
        .start(Some(&format!("@{name}")), &[("WATCHDOG_PID", "1")])
        .await;
    service.tell("started").await;
    let mut all = manager
        .until("READY=1", |message| message.has("READY=1"))
        .await;
    service.terminate().await;
    service.ended().await;
    all.extend(manager.rest().await);
    assert!(!all.iter().any(alive), "{all:?}");
    assert!(all.iter().any(|message| message.has("STOPPING=1")));
}
