use crate::client::{Sent, asks_for, request};
use crate::world::{SECOND, World};
use health_tower::{AdviceKind, Probe, Watchdog};
use http_body_util::BodyExt as _;
use tower::Service as _;

#[tokio::test(start_paused = true)]
async fn a_watched_name_that_does_not_exist() {
    let mut world = World::with(|builder| builder.watchdog(Watchdog::off()));
    world.database(true).await;
    let long = format!(
        "x\n2026-11-28T00:00:00Z ERROR health: fatal error `journal`\u{1b}[2J{}",
        "A".repeat(3900)
    );
    for _ in 0..10 {
        let request = request("Watch", Sent::whole(asks_for(&long)));
        let answer = world.service.call(request).await.unwrap();
        let mut body = answer.into_body();
        let _ = body.frame().await;
        drop(body);
        tokio::time::sleep(5 * SECOND).await;
    }
    tokio::time::sleep(SECOND).await;
    let now = world.health.snapshot();
    for p in now.probers() {
        eprintln!(
            "place {} bytes, newline {}: {:?}",
            p.place().len(),
            p.place().contains('\n'),
            &p.to_string()[..140]
        );
    }
    eprintln!("{:?}", now.answers(Probe::Readiness));
    for a in now.advice() {
        eprintln!("{:?}", &a.to_string()[..200]);
    }
    assert!(
        now.probers()
            .all(|p| p.place().len() < 100 && !p.place().contains('\n'))
    );
    assert!(now.advice().all(|a| !a.to_string().contains('\n')));
}

#[tokio::test(start_paused = true)]
async fn a_watch_on_nothing_hides_that_nobody_asks() {
    let mut world = World::with(|builder| builder.watchdog(Watchdog::off()));
    world.database(true).await;
    let mut gone = world.watch("no.such.Service").await;
    gone.now();
    tokio::time::sleep(600 * SECOND).await;
    let now = world.health.snapshot();
    assert!(
        now.advice()
            .any(|a| a.kind() == AdviceKind::NobodyAsksReadiness)
    );
}

#[tokio::test(start_paused = true)]
async fn the_last_answer_of_a_watch() {
    let mut world = World::with(|builder| builder.watchdog(Watchdog::off()));
    world.database(true).await;
    let mut orders = world.watch("shop.Orders").await;
    orders.now();
    world.database(false).await;
    tokio::time::sleep(SECOND).await;
    orders.now();
    tokio::time::sleep(2 * SECOND).await;
    let now = world.health.snapshot();
    assert!(
        !now.probers().next().unwrap().was_told_up(),
        "{:?} {}",
        now.answers(Probe::Readiness),
        now.probers().next().unwrap()
    );
}
