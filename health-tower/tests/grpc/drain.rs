use health_tower::{DrainPolicy, Phase};

use crate::client::Heard::{Ended, Status};
use crate::client::{NOT_SERVING, SERVING, Sent, asks_for, code, request};
use crate::world::{SECOND, World};

/// With a message, some clients forget that they wanted to back off: 1,411 connections in three seconds were seen.
#[tokio::test(start_paused = true)]
async fn once_closing_a_new_watch_is_refused_without_a_message() {
    let mut world = World::up().await;
    world.health.shutdown();
    let mut lame_duck = world.watch("").await;
    assert_eq!(lame_duck.now(), Status(NOT_SERVING));
    world.phase(Phase::Closing).await;
    for name in ["", "liveness", "shop.Orders", "shop.Unknown"] {
        let watch = world.watch(name).await;
        assert_eq!(code(&watch.head), 14);
        assert!(http_body::Body::is_end_stream(&watch.body));
    }
    assert_eq!(lame_duck.next().await, Ended(14));
}

#[tokio::test(start_paused = true)]
async fn no_call_is_in_flight_and_no_drain_waits_for_one() {
    let mut world = World::up().await;
    let mut watches = Vec::new();
    for _ in 0..10 {
        watches.push(world.watch("shop.Orders").await);
    }
    let hangs = Sent {
        hangs: true,
        ..Sent::default()
    };
    let call = world.send(request("Check", hangs));
    let mut call = tokio_test::task::spawn(call);
    tokio_test::assert_pending!(call.poll());
    drop(call);
    assert_eq!(world.health.snapshot().in_flight(), 0);
    world.health.shutdown();
    let began = tokio::time::Instant::now();
    world
        .health
        .run(async {
            world.health.closing().await;
            Ok::<_, std::io::Error>(())
        })
        .await
        .unwrap();
    assert_eq!(
        began.elapsed().as_secs(),
        10,
        "the lame duck, and nothing else"
    );
}

#[tokio::test(start_paused = true)]
async fn a_lame_duck_that_may_end_early_hears_from_grpc_that_somebody_was_told() {
    let policy = || {
        DrainPolicy::default()
            .lame_duck(20 * SECOND)
            .deadline(25 * SECOND)
            .quiet(SECOND)
    };
    for (name, told) in [
        ("", true),
        ("shop.Orders", true),
        ("liveness", false),
        ("startup", false),
        ("external", false),
        ("shop.Unknown", false),
    ] {
        for method in ["Check", "Watch", "List"] {
            let dead = health_tower::Check::liveness("dead", (), |()| false).fail_after(1);
            let canary = health_tower::Check::external("canary", || async { false });
            let starts = health_tower::Check::startup("starts", || async { false });
            let mut world = World::with(|builder| {
                builder
                    .drain(policy())
                    .check(dead)
                    .check(canary)
                    .check(starts)
            });
            world.database(true).await;
            let mut changes = world.health.subscribe();
            while world.check("liveness").await == Ok(SERVING) {
                changes.changed().await.unwrap();
            }
            world.health.shutdown();
            tokio::task::yield_now().await;
            let began = tokio::time::Instant::now();
            let mut answer = world
                .send(request(method, Sent::whole(asks_for(name))))
                .await
                .into_body();
            let _frame = http_body_util::BodyExt::frame(&mut answer).await;
            world.phase(Phase::Closing).await;
            let early = began.elapsed() < 10 * SECOND;
            assert_eq!(early, told || method == "List", "{method} {name:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_lame_duck_that_stays_ready_serves() {
    let policy = DrainPolicy::default().stay_ready_while_terminating();
    let mut world = World::with(|builder| builder.drain(policy));
    world.database(true).await;
    world.health.shutdown();
    assert_eq!(world.check("").await, Ok(SERVING));
    assert_eq!(world.check("shop.Orders").await, Ok(SERVING));
    world.phase(Phase::Closing).await;
    assert_eq!(world.check("").await, Ok(NOT_SERVING));
    assert_eq!(world.check("shop.Orders").await, Ok(NOT_SERVING));
}

/// Whoever is told anything after the shutdown began is told that nothing is served, however the results race with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn results_that_race_with_a_drain_never_undo_it() {
    for _ in 0..50 {
        let mut world = World::with(|builder| {
            let flips = std::sync::atomic::AtomicBool::new(false);
            let flip = move || {
                std::future::ready(flips.fetch_xor(true, std::sync::atomic::Ordering::SeqCst))
            };
            let check = health_tower::Check::readiness("flips", flip).fail_after(1);
            builder.check(check.every(std::time::Duration::from_millis(10)))
        });
        world.services.add("shop.Flips", ["flips"]).unwrap();
        let mut flips = world.watch("shop.Flips").await;
        let health = world.health.clone();
        let shutdown = tokio::spawn(async move { health.shutdown() });
        let mut last = flips.next().await;
        shutdown.await.unwrap();
        for name in ["", "shop.Flips"] {
            assert_eq!(world.check(name).await, Ok(NOT_SERVING));
        }
        loop {
            match flips.now() {
                crate::client::Heard::Nothing => break,
                heard => last = heard,
            }
        }
        assert_eq!(last, Status(NOT_SERVING));
    }
}
