//! What is watched is known by its name only where there is such a service.

use health_tower::{AdviceKind, Probe, Watchdog};
use http_body_util::BodyExt as _;
use tower::Service as _;

use crate::client::{Sent, asks_for, request};
use crate::world::{SECOND, World, busy};

async fn world() -> World {
    let world = World::with(|builder| builder.watchdog(Watchdog::off()));
    world.database(true).await;
    world
}

#[tokio::test(start_paused = true)]
async fn a_text_that_is_no_name_gets_nowhere() {
    let mut world = world().await;
    let forged = "x\n2026-11-28T00:00:00Z ERROR health: fatal error `journal`\u{1b}[2J";
    let forged = format!("{forged}{}", "A".repeat(900));
    for _ in 0..10 {
        let request = request("Watch", Sent::whole(asks_for(&forged)));
        let answer = world.service.call(request).await.unwrap();
        let mut body = answer.into_body();
        body.frame().await.unwrap().unwrap();
        drop(body);
        tokio::time::sleep(5 * SECOND).await;
    }
    let now = world.health.snapshot();
    assert_eq!(now.probers().count(), 0);
    assert_eq!(now.answers(Probe::Readiness).up(), 0);
    assert_eq!(now.answers(Probe::Readiness).down(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_watch_on_nothing_does_not_hide_that_nobody_asks() {
    let mut world = world().await;
    let mut gone = world.watch("shop.Later").await;
    gone.now();
    let asks_nobody = |world: &World| {
        let now = world.health.snapshot();
        now.advice()
            .any(|advice| advice.kind() == AdviceKind::NobodyAsksReadiness)
    };
    busy(&world.health, 200).await;
    assert!(asks_nobody(&world));
    // Once there is such a service, somebody follows it.
    world.services.add("shop.Later", []).unwrap();
    gone.now();
    busy(&world.health, 3).await;
    assert!(!asks_nobody(&world));
}

#[tokio::test(start_paused = true)]
async fn the_last_answer_is_that_of_the_last_message() {
    let mut world = world().await;
    let mut orders = world.watch("shop.Orders").await;
    orders.now();
    world.database(false).await;
    orders.now();
    tokio::time::sleep(2 * SECOND).await;
    let now = world.health.snapshot();
    assert!(!now.probers().next().unwrap().was_told_up());
    let answers = now.answers(Probe::Readiness);
    assert_eq!((answers.up(), answers.down()), (1, 1));
}
