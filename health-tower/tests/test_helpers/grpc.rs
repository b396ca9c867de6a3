//! The health service of gRPC, and routers of tonic.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use health_tower::test::{Placement, Stage, assert_probes_answer};
use health_tower::{Check, GrpcHealth, Health, HealthLayer, ProbePaths};
use tonic::service::Routes;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::{Layer, ServiceBuilder};

use crate::health;

fn layer(health: &Health) -> HealthLayer {
    let builder = HealthLayer::builder(health).grpc(GrpcHealth::new());
    builder.build().unwrap()
}

async fn wrong(app: impl Fn(HealthLayer) -> axum::Router, layer: &HealthLayer) -> String {
    let problems = Placement::of(layer).check(app(layer.clone())).await;
    problems.unwrap_err()
}

#[tokio::test]
async fn around_routes_of_tonic_it_passes() {
    let health = health();
    let layer = layer(&health);
    assert_probes_answer(layer.layer(Routes::default()), &layer).await;
    let stack = ServiceBuilder::new()
        .layer(layer.clone())
        .concurrency_limit(1);
    assert_probes_answer(stack.service(Routes::default()), &layer).await;
    let router = Routes::default().into_axum_router();
    assert_probes_answer(router.layer(layer.clone()), &layer).await;
}

/// tonic's own fallback says so with a 200.
#[tokio::test]
async fn routes_that_hide_it() {
    let health = health();
    let layer = layer(&health);
    let problems = Placement::of(&layer)
        .check(Routes::default())
        .await
        .unwrap_err();
    for part in [
        "`/health/ready` was answered 200, as gRPC 12",
        "`/grpc.health.v1.Health/Check` over gRPC was answered 200, as gRPC 12",
        "it never came to a HealthLayer",
    ] {
        assert!(problems.contains(part), "no `{part}` in: {problems}");
    }
}

/// Where all else is right, and nothing is asked over HTTP.
#[tokio::test(start_paused = true)]
async fn check_is_asked_as_well() {
    let health = health();
    let builder = HealthLayer::builder(&health).grpc(GrpcHealth::new());
    let layer = builder.paths(ProbePaths::none()).build().unwrap();
    let only_http = async |request: Request, next: Next| -> Response {
        if request.method() == http::Method::POST {
            return StatusCode::FORBIDDEN.into_response();
        }
        next.run(request).await
    };
    let app = |health| axum::Router::new().layer(health).layer(from_fn(only_http));
    let problems = wrong(app, &layer).await;
    assert!(
        problems.contains("Check` over gRPC was answered 403"),
        "{problems}"
    );
    assert!(problems.contains("outside of authentication"), "{problems}");

    let limit = GlobalConcurrencyLimitLayer::new(7);
    let app = |health| axum::Router::new().layer(health).layer(limit.clone());
    let problems = wrong(app, &layer).await;
    let full = "Check` over gRPC, while the application is full, was not answered";
    assert!(problems.contains(full), "{problems}");
}

/// What a test forces is what is told over gRPC.
#[tokio::test(start_paused = true)]
async fn a_forced_outcome_is_told() {
    let check = Check::readiness("database", || async { true });
    let stage = Stage::start(Health::builder().linked(false).check(check)).unwrap();
    let layer = layer(stage.health());
    let services = layer.grpc_services().unwrap();
    services.add("shop.Orders", ["database"]).unwrap();
    let status = async || {
        use http_body_util::BodyExt as _;
        let message = b"\0\0\0\0\x0d\x0a\x0bshop.Orders";
        let request = http::Request::post("/grpc.health.v1.Health/Check")
            .header("content-type", "application/grpc")
            .body(crate::Body::from(&message[..]))
            .unwrap();
        let app = layer.layer(Routes::default());
        let response = tower::ServiceExt::oneshot(app, request).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        *body.last().unwrap()
    };
    stage.passes("database");
    assert_eq!(status().await, 1, "SERVING");
    stage.fails("database", "no");
    assert_eq!(status().await, 2, "NOT_SERVING");
}
