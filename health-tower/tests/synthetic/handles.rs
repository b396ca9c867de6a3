use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use health_tower::{CheckState, HealthLayer, Synthetic};
use tower::Layer as _;

use crate::world::{SECOND, World};

#[tokio::test(start_paused = true)]
async fn it_ends_with_the_last_handle_and_keeps_none() {
    let world = World::new();
    // The service itself, which holds a `Health`, and not a clone.
    let app = world.service.get_ref().clone();
    let whole = HealthLayer::new(&world.health).layer(app);
    Synthetic::get("/a/")
        .through(whole)
        .every("1s")
        .start(&world.health)
        .unwrap();
    world.state("GET /a/", CheckState::Up).await;
    let (health, service, seen) = world.into_parts();
    let weak = health.downgrade();
    drop((health, service));
    assert!(weak.upgrade().is_none());
    seen.lock().unwrap().clear();
    tokio::time::sleep(10 * SECOND).await;
    assert!(seen.lock().unwrap().is_empty());
}

/// The clones of a router share its services, and with them the `Health` that they hold.
#[tokio::test(start_paused = true)]
async fn a_router_is_let_go_once_the_service_has_shut_down() {
    let world = World::new();
    let state = Arc::new(());
    let held = Arc::clone(&state);
    let router: Router = Router::new()
        .route("/a/", get(async move || drop(Arc::clone(&held))))
        .layer(HealthLayer::new(&world.health));
    Synthetic::get("/a/")
        .through(router.clone())
        .every("1s")
        .start(&world.health)
        .unwrap();
    world.state("GET /a/", CheckState::Up).await;
    drop(router);
    let (health, service, _seen) = world.into_parts();
    let weak = health.downgrade();
    drop(service);
    let closing = health.closing();
    health.shutdown();
    let server = async {
        closing.await;
        Ok::<_, std::io::Error>(())
    };
    health.run(server).await.unwrap();
    drop(health);
    tokio::time::sleep(2 * SECOND).await;
    assert_eq!(Arc::strong_count(&state), 1, "the application is gone");
    assert!(weak.upgrade().is_none());
}
