//! Where in an axum router the layer answers, and where it never hears of a probe.

use axum::Router;
use axum::routing::get;
use health_tower::HealthLayer;
use integration_tests::host::{Host, healthy};
use integration_tests::wire::Wire;
use tower::Layer;

/// Asks for liveness, and returns the status.
async fn status(path: &str, place: impl FnOnce(HealthLayer) -> Router) -> u16 {
    let health = healthy();
    let host = Host::start(&health, place(HealthLayer::new(&health))).await;
    let mut wire = Wire::connect(host.addr()).await;
    let status = wire.get(path).await.status;
    host.stop().await;
    status
}

async fn live(place: impl FnOnce(HealthLayer) -> Router) -> u16 {
    status("/health/live", place).await
}

async fn nothing() -> http::StatusCode {
    http::StatusCode::NOT_FOUND
}

fn orders() -> Router {
    Router::new().route("/orders", get(|| async { "orders" }))
}

fn plain() -> Router {
    Router::new().route("/plain", get(|| async { "plain" }))
}

#[tokio::test]
async fn a_fallback_before_the_layer_or_none_and_routes_after_it() {
    let later = |health| orders().layer(health).route("/later", get(nothing));
    assert_eq!(live(later).await, 200);
    assert_eq!(live(|health| orders().layer(health)).await, 200);
    assert_eq!(
        live(|health| orders().fallback(nothing).layer(health)).await,
        200
    );
    assert_eq!(live(|health| Router::new().layer(health)).await, 200);
}

#[tokio::test]
async fn a_fallback_after_the_layer_hides_it() {
    assert_eq!(
        live(|health| orders().layer(health).fallback(nothing)).await,
        404
    );
}

#[tokio::test]
async fn merged_last_without_fallbacks() {
    assert_eq!(
        live(|health| plain().merge(orders().layer(health))).await,
        200
    );
}

#[tokio::test]
async fn merged_first_without_fallbacks_is_hidden_by_the_fallback_of_the_other() {
    assert_eq!(
        live(|health| orders().layer(health).merge(plain())).await,
        404
    );
}

#[tokio::test]
async fn a_fallback_of_its_own_is_kept_on_either_side_of_a_merge() {
    let layered = |health| orders().fallback(nothing).layer(health);
    assert_eq!(live(|health| plain().merge(layered(health))).await, 200);
    assert_eq!(live(|health| layered(health).merge(plain())).await, 200);
}

#[tokio::test]
async fn a_fallback_of_the_plain_router_hides_it_on_either_side_of_a_merge() {
    let plain = || plain().fallback(nothing);
    assert_eq!(
        live(|health| plain().merge(orders().layer(health))).await,
        404
    );
    assert_eq!(
        live(|health| orders().layer(health).merge(plain())).await,
        404
    );
}

#[tokio::test]
async fn nested_it_never_hears_of_a_probe() {
    let nested = |health| Router::new().nest("/api", orders().layer(health));
    assert_eq!(live(nested).await, 404);
    assert_eq!(status("/api/health/live", nested).await, 404);
    assert_eq!(status("/api/orders", nested).await, 200);
}

#[tokio::test]
async fn nested_with_a_fallback_it_answers_below_the_prefix() {
    let nested = |health| Router::new().nest("/api", orders().fallback(nothing).layer(health));
    assert_eq!(live(nested).await, 404);
    assert_eq!(status("/api/health/live", nested).await, 200);
    let service = |health: HealthLayer| Router::new().nest_service("/api", health.layer(orders()));
    assert_eq!(status("/api/health/live", service).await, 200);
}

#[tokio::test]
async fn a_route_layer_only_sees_routes() {
    assert_eq!(live(|health| orders().route_layer(health)).await, 404);
}

#[tokio::test]
async fn around_the_whole_router_it_always_answers() {
    let whole =
        |health: HealthLayer, app: Router| Router::new().fallback_service(health.layer(app));
    for path in [
        "/health/live",
        "/health/ready",
        "/health/startup",
        "/orders",
    ] {
        assert_eq!(
            status(path, |health| whole(health, orders().fallback(nothing))).await,
            200
        );
        assert_eq!(
            status(path, |health| whole(health, orders().merge(plain()))).await,
            200
        );
        let nested = |health| Router::new().merge(whole(health, orders()));
        assert_eq!(status(path, nested).await, 200);
    }
    assert_eq!(
        status("/other", |health| whole(health, orders())).await,
        404
    );
}

#[tokio::test]
async fn it_comes_before_a_route_on_the_same_path() {
    let own = || {
        Router::new()
            .route("/health/{name}", get(nothing))
            .route("/{*rest}", get(nothing))
    };
    assert_eq!(live(|health| own().layer(health)).await, 200);
    assert_eq!(live(|health| own().route_layer(health)).await, 200);
}
