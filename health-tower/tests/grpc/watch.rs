use std::time::Duration;

use health_tower::{Check, CheckState, GrpcHealth, Health, HealthLayer};
use http_body_util::BodyExt as _;
use tower::{Layer as _, Service as _};

use crate::client::Heard::{Ended, Nothing, Status};
use crate::client::{NOT_SERVING, SERVICE_UNKNOWN, SERVING};
use crate::client::{Sent, Watched, asks_for, code, request};
use crate::world::{SECOND, World, application};

#[tokio::test(start_paused = true)]
async fn it_says_the_status_at_once_and_then_each_change() {
    let mut world = World::up().await;
    let mut orders = world.watch("shop.Orders").await;
    let mut whole = world.watch("").await;
    let mut alive = world.watch("liveness").await;
    for watch in [&mut orders, &mut whole, &mut alive] {
        assert_eq!(watch.now(), Status(SERVING));
        assert_eq!(watch.now(), Nothing);
    }
    world.database(false).await;
    assert_eq!(orders.next().await, Status(NOT_SERVING));
    assert_eq!(whole.next().await, Status(NOT_SERVING));
    world.database(true).await;
    assert_eq!(orders.next().await, Status(SERVING));
    assert_eq!(whole.next().await, Status(SERVING));
    assert_eq!(alive.now(), Nothing);
}

#[tokio::test(start_paused = true)]
async fn the_same_status_is_not_said_twice() {
    let mut world = World::up().await;
    let mut orders = world.watch("shop.Orders").await;
    assert_eq!(orders.now(), Status(SERVING));
    tokio::time::sleep(60 * SECOND).await;
    world.services.add("shop.Other", []).unwrap();
    assert_eq!(orders.now(), Nothing);
    // There and back, while it did not look.
    world.database(false).await;
    world.database(true).await;
    assert_eq!(orders.now(), Nothing);
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_gets_the_latest_and_no_backlog() {
    let mut world = World::up().await;
    let mut orders = world.watch("shop.Orders").await;
    for up in [false, true, false, true, false] {
        world.database(up).await;
    }
    assert_eq!(orders.now(), Status(NOT_SERVING));
    assert_eq!(orders.now(), Nothing);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_comes_and_goes_is_told_on_the_same_stream() {
    let mut world = World::up().await;
    let mut later = world.watch("shop.Later").await;
    assert_eq!(later.now(), Status(SERVICE_UNKNOWN));
    assert_eq!(later.now(), Nothing);
    world.services.add("shop.Later", ["database"]).unwrap();
    assert_eq!(later.next().await, Status(SERVING));
    world.database(false).await;
    assert_eq!(later.next().await, Status(NOT_SERVING));
    assert!(world.services.remove("shop.Later"));
    assert_eq!(later.next().await, Status(SERVICE_UNKNOWN));
    world.services.add("shop.Later", ["database"]).unwrap();
    assert_eq!(later.next().await, Status(NOT_SERVING));
}

#[tokio::test(start_paused = true)]
async fn maintenance_is_told_and_its_end_is() {
    let mut world = World::up().await;
    let mut orders = world.watch("shop.Orders").await;
    let mut alive = world.watch("liveness").await;
    assert_eq!(
        (orders.now(), alive.now()),
        (Status(SERVING), Status(SERVING))
    );
    world.health.begin_drain();
    assert_eq!(orders.next().await, Status(NOT_SERVING));
    world.health.resume();
    assert_eq!(orders.next().await, Status(SERVING));
    assert_eq!(alive.now(), Nothing);
}

#[tokio::test(start_paused = true)]
async fn it_hears_that_the_service_drains_and_ends_when_it_closes() {
    let mut world = World::up().await;
    let mut watches = [world.watch("").await, world.watch("shop.Orders").await];
    let mut alive = world.watch("liveness").await;
    assert_eq!(alive.now(), Status(SERVING));
    for watch in &mut watches {
        assert_eq!(watch.now(), Status(SERVING));
    }
    world.health.shutdown();
    for watch in &mut watches {
        assert_eq!(watch.next().await, Status(NOT_SERVING));
        assert_eq!(watch.now(), Nothing, "the lame duck is not over");
    }
    for watch in &mut watches {
        assert_eq!(watch.next().await, Ended(14));
        assert!(http_body::Body::is_end_stream(&watch.body));
    }
    assert_eq!(alive.next().await, Ended(14));
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_woken_for_what_concerns_it() {
    let mut world = World::up().await;
    let mut later = world.watch("shop.Later").await;
    assert_eq!(later.now(), Status(SERVICE_UNKNOWN));
    let mut waits = tokio_test::task::spawn(later.body.frame());
    tokio_test::assert_pending!(waits.poll());

    tokio::time::sleep(60 * SECOND).await;
    assert!(!waits.is_woken(), "nothing changed");
    world.services.add("shop.Later", ["database"]).unwrap();
    assert!(waits.is_woken(), "it came to be");
    drop(waits);
    assert_eq!(later.now(), Status(SERVING));

    let mut waits = tokio_test::task::spawn(later.body.frame());
    tokio_test::assert_pending!(waits.poll());
    assert!(world.services.remove("shop.Later"));
    assert!(waits.is_woken(), "it is no more");
}

/// Each of them alone, with no service that would change with it.
#[tokio::test(start_paused = true)]
async fn who_watches_a_probe_is_woken_for_it_alone() {
    let up = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let is_up = {
        let up = std::sync::Arc::clone(&up);
        move || up.load(std::sync::atomic::Ordering::SeqCst)
    };
    for name in ["", "readiness", "external", "liveness"] {
        up.store(true, std::sync::atomic::Ordering::SeqCst);
        let is_up = is_up.clone();
        let soon = Duration::from_millis(20);
        let check = match name {
            "external" => Check::external("canary", move || std::future::ready(is_up())),
            "liveness" => Check::liveness("sound", up.clone(), move |_| is_up()),
            _ => Check::readiness("database", move || std::future::ready(is_up())),
        };
        let check = check.fail_after(1).every(soon).timeout(soon);
        let health = Health::builder()
            .linked(false)
            .check(check)
            .start()
            .unwrap();
        let layer = HealthLayer::builder(&health)
            .grpc(GrpcHealth::new())
            .build();
        let mut service = layer.unwrap().layer(application());
        let sent = Sent::whole(asks_for(name));
        let answer = service.call(request("Watch", sent)).await.unwrap();
        let (head, body) = answer.into_parts();
        assert_eq!(head.headers["content-type"], "application/grpc");
        let head = head.headers;
        let mut watch = Watched { head, body };
        while watch.next().await != Status(SERVING) {}
        let mut waits = tokio_test::task::spawn(watch.body.frame());
        tokio_test::assert_pending!(waits.poll());
        up.store(false, std::sync::atomic::Ordering::SeqCst);
        let mut changes = health.subscribe();
        while changes
            .latest()
            .checks()
            .all(|check| check.state() == CheckState::Up)
        {
            changes.changed().await.unwrap();
        }
        // A thread of its own may have found it, and wakes after it has published.
        let began = std::time::Instant::now();
        while !waits.is_woken() {
            assert!(began.elapsed().as_secs() < 60, "{name}");
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn where_there_is_no_health_any_more_it_ends() {
    let mut world = World::up().await;
    let mut orders = world.watch("shop.Orders").await;
    assert_eq!(orders.now(), Status(SERVING));
    // Every handle goes but the service's clone, which keeps no check running.
    world.service = world.service.clone();
    world.health = Health::builder().linked(false).start().unwrap();
    assert_eq!(orders.next().await, Ended(14));
    assert_eq!(code(&world.watch("shop.Orders").await.head), 14);
}
