use health_tower::{Check, Health, Phase, Probe};

use crate::client::{NOT_SERVING, SERVING, asks_for, says};
use crate::client::{Sent, request};
use crate::world::{SECOND, World};

const NOT_FOUND: u8 = 5;

#[tokio::test(start_paused = true)]
async fn before_the_first_results_nothing_serves_but_what_is_alive() {
    let mut world = World::new();
    assert_eq!(world.check("").await, Ok(NOT_SERVING));
    assert_eq!(world.check("readiness").await, Ok(NOT_SERVING));
    assert_eq!(world.check("shop.Orders").await, Ok(NOT_SERVING));
    assert_eq!(world.check("liveness").await, Ok(SERVING));
}

#[tokio::test(start_paused = true)]
async fn each_name_follows_what_it_stands_for() {
    let mut world = World::up().await;
    for name in ["", "readiness", "liveness", "startup", "shop.Orders"] {
        assert_eq!(world.check(name).await, Ok(SERVING), "{name:?}");
    }
    world.database(false).await;
    for name in ["", "readiness", "shop.Orders"] {
        assert_eq!(world.check(name).await, Ok(NOT_SERVING), "{name:?}");
    }
    for name in ["liveness", "startup"] {
        assert_eq!(world.check(name).await, Ok(SERVING), "{name:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_that_nobody_declared_is_not_found() {
    let mut world = World::up().await;
    for name in [
        "shop.Order",
        "shop.Orders ",
        "SHOP.ORDERS",
        "database",
        "external",
        "live",
    ] {
        assert_eq!(world.check(name).await, Err(NOT_FOUND), "{name:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn external_is_there_where_something_external_was_declared() {
    let mut world =
        World::with(|builder| builder.check(Check::external("canary", || async { true })));
    assert_eq!(world.check("external").await, Ok(NOT_SERVING));
    let mut changes = world.health.subscribe();
    while !world.health.status(Probe::External).is_up() {
        changes.changed().await.unwrap();
    }
    assert_eq!(world.check("external").await, Ok(SERVING));
}

#[tokio::test(start_paused = true)]
async fn liveness_and_start_up_stay_what_they_are_during_a_drain() {
    let mut world = World::up().await;
    world.health.shutdown();
    for phase in [Phase::Draining, Phase::Closing, Phase::Closed] {
        world.phase(phase).await;
        for name in ["", "readiness", "shop.Orders"] {
            assert_eq!(
                world.check(name).await,
                Ok(NOT_SERVING),
                "{name:?}, {phase}"
            );
        }
        for name in ["liveness", "startup"] {
            assert_eq!(world.check(name).await, Ok(SERVING), "{name:?}, {phase}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_result_does_not_undo_a_drain_and_resume_asks_the_checks() {
    let mut world = World::up().await;
    world.health.begin_drain();
    world.database(false).await;
    world.database(true).await;
    tokio::time::sleep(60 * SECOND).await;
    assert_eq!(world.check("").await, Ok(NOT_SERVING));
    assert_eq!(world.check("shop.Orders").await, Ok(NOT_SERVING));

    world.database(false).await;
    world.health.resume();
    assert_eq!(
        world.check("").await,
        Ok(NOT_SERVING),
        "resumed, and the database is down"
    );
    assert_eq!(world.check("shop.Orders").await, Ok(NOT_SERVING));
    world.database(true).await;
    assert_eq!(world.check("").await, Ok(SERVING));
    assert_eq!(world.check("shop.Orders").await, Ok(SERVING));
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_one_message_with_its_status_in_trailers() {
    let mut world = World::up().await;
    let answer = world
        .send(request("Check", Sent::whole(asks_for(""))))
        .await;
    assert!(!answer.headers().contains_key("grpc-status"));
    assert!(!answer.headers().contains_key("content-length"));
    assert_eq!(answer.headers()["content-encoding"], "identity");
    let mut frames = vec![];
    let mut body = answer.into_body();
    while let Some(frame) = http_body_util::BodyExt::frame(&mut body).await {
        frames.push(frame.unwrap());
    }
    let [data, trailers] = &frames[..] else {
        panic!("{frames:?}");
    };
    assert_eq!(data.data_ref().unwrap(), &says(SERVING));
    assert_eq!(trailers.trailers_ref().unwrap()["grpc-status"], "0");
    assert!(http_body::Body::is_end_stream(&body));
}

#[tokio::test(start_paused = true)]
async fn without_it_a_layer_lets_such_calls_through() {
    let health = Health::builder().linked(false).start().unwrap();
    let layer = health_tower::HealthLayer::new(&health);
    assert!(layer.grpc_services().is_none());
    let service = tower::Layer::layer(&layer, crate::world::application());
    let answer = tower::ServiceExt::oneshot(service, request("Check", Sent::default())).await;
    let body = http_body_util::BodyExt::collect(answer.unwrap().into_body())
        .await
        .unwrap();
    assert_eq!(body.to_bytes(), "application");
}

#[tokio::test(start_paused = true)]
async fn where_no_check_runs_any_more_it_says_so() {
    let mut world = World::up().await;
    assert_eq!(world.check("shop.Orders").await, Ok(SERVING));
    // Every handle goes but the service's clone, which keeps no check running.
    let World {
        health,
        service,
        services,
        ..
    } = &mut world;
    *service = service.clone();
    let weak = health.downgrade();
    *health = Health::builder().linked(false).start().unwrap();
    assert!(weak.upgrade().is_none());
    assert!(
        services
            .add("shop.Late", ["database"])
            .unwrap_err()
            .to_string()
            .contains("no `Health`")
    );
    tokio::time::sleep(30 * SECOND).await;
    assert_eq!(world.check("shop.Orders").await, Ok(NOT_SERVING));
    assert_eq!(world.check("").await, Ok(NOT_SERVING));
}
