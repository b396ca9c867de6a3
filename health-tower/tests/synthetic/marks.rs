use std::sync::Arc;

use health_tower::{CheckState, Step, Synthetic};
use http::Request;
use tokio::sync::Semaphore;
use tower::limit::ConcurrencyLimit;
use tower::{Layer as _, Service as _, ServiceExt as _};

use crate::world::{SECOND, World};

#[tokio::test(start_paused = true)]
async fn the_application_sees_the_mark_and_nobody_counts_the_request() {
    let world = World::new();
    world.start(Synthetic::get("/slow/2"));
    let turnover = world.health.in_flight();
    tokio::time::sleep(SECOND).await;
    assert_eq!(turnover.count(), 0, "while it is under way");
    world.state("GET /slow/2", CheckState::Up).await;
    let seen = world.seen();
    assert!(seen[0].marked && seen[0].in_flight == 0, "{seen:?}");
}

/// Beside a synthetic request that is under way all the while, which is when the layer looks.
#[tokio::test(start_paused = true)]
async fn an_ordinary_request_is_counted_and_bears_no_mark() {
    let world = World::new();
    world.start(Synthetic::get("/hang/").timeout("60s"));
    tokio::time::sleep(SECOND).await;
    assert_eq!(world.seen().len(), 1);
    let mut service = world.service.clone();
    for forged in ["0123456789abcdef0123456789abcdef", "true", ""] {
        let request = Request::get("/a/").header("x-health-synthetic", forged);
        let request = request.body(Default::default()).unwrap();
        let answer = service.ready().await.unwrap().call(request).await;
        assert_eq!(answer.unwrap().status(), 200);
        let seen = world.seen();
        assert!(!seen[0].marked && seen[0].in_flight == 1, "{seen:?}");
        assert_eq!(
            seen[0].headers["x-health-synthetic"], forged,
            "it passes untouched"
        );
    }
}

/// The same way as any other request's: through the readiness of the service inside.
#[tokio::test(start_paused = true)]
async fn it_waits_for_the_service_inside_like_any_other() {
    let world = World::new();
    let semaphore = Arc::new(Semaphore::new(1));
    let limited =
        ConcurrencyLimit::with_semaphore(world.service.get_ref().clone(), Arc::clone(&semaphore));
    let service = health_tower::HealthLayer::new(&world.health).layer(limited);
    let permit = semaphore.acquire_many(1).await.unwrap();
    let synthetic = Synthetic::new("limited").step(Step::get("/a/"));
    synthetic
        .through(service)
        .timeout("10s")
        .start(&world.health)
        .unwrap();
    tokio::time::sleep(5 * SECOND).await;
    assert!(world.seen().is_empty(), "the limit is full");
    drop(permit);
    world.state("limited", CheckState::Up).await;
    assert_eq!(world.seen().len(), 1);
    assert_eq!(semaphore.available_permits(), 1);
}
