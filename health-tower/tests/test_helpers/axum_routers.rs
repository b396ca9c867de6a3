//! What the layer's documentation says of axum's routers.

use axum::Router;
use axum::routing::get;
use health_tower::HealthLayer;
use tower::Layer;

use crate::{passes, says, wrong};

const FALLBACK: &[&str] = &[
    "was answered 404",
    "through the fallback",
    "fallback_service(layer.layer(app))",
];

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
async fn right_ones_pass() {
    passes(|health| orders().layer(health)).await;
    passes(|health| orders().fallback(nothing).layer(health)).await;
    passes(|health| orders().layer(health).route("/later", get(nothing))).await;
    passes(|health| plain().merge(orders().layer(health))).await;
    passes(|health| orders().fallback(nothing).layer(health).merge(plain())).await;
    passes(|health| plain().nest("/api", orders()).layer(health)).await;
    passes(|health| Router::new().fallback_service(health.layer(orders().fallback(nothing)))).await;
}

#[tokio::test]
async fn a_fallback_after_the_layer() {
    says(
        &wrong(|health| orders().layer(health).fallback(nothing)).await,
        FALLBACK,
    );
}

#[tokio::test]
async fn merged_on_the_wrong_side() {
    says(
        &wrong(|health| orders().layer(health).merge(plain())).await,
        FALLBACK,
    );
    let hidden = |health| plain().fallback(nothing).merge(orders().layer(health));
    says(&wrong(hidden).await, FALLBACK);
}

#[tokio::test]
async fn nested_and_around_routes_only() {
    says(
        &wrong(|health| Router::new().nest("/api", orders().layer(health))).await,
        FALLBACK,
    );
    says(
        &wrong(|health| orders().route_layer(health)).await,
        FALLBACK,
    );
}

#[tokio::test]
async fn none_at_all_and_other_paths() {
    says(&wrong(|_| orders()).await, FALLBACK);
    let problems = wrong(|_| {
        let health = crate::health();
        let paths = health_tower::ProbePaths::kubernetes();
        orders().layer(HealthLayer::builder(&health).paths(paths).build().unwrap())
    });
    says(
        &problems.await,
        &["whether the service's layer has the paths"],
    );
}

#[tokio::test]
async fn a_route_of_the_application_on_the_same_path() {
    let own = |health| {
        orders()
            .layer(health)
            .route("/health/{name}", get(|| async { "fine" }))
    };
    says(
        &wrong(own).await,
        &[
            "was answered 200",
            "the application answers this path by itself",
        ],
    );
}
