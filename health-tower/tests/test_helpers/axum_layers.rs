//! What may be around the layer, and what may not.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Router, body};

use crate::{passes, says, wrong};

fn orders() -> Router {
    Router::new().route("/orders", get(|| async { "orders" }))
}

/// Wants credentials for everything.
async fn authenticate(request: Request, next: Next) -> Response {
    if request.headers().contains_key("authorization") {
        next.run(request).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

/// For everything but probes.
async fn exempts(request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/health/") {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

/// As what rebuilds a response does: extensions are lost.
async fn rebuilds(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let bytes = body::to_bytes(response.into_body(), 1024).await.unwrap();
    (status, bytes).into_response()
}

#[tokio::test]
async fn authentication_inside_or_one_that_knows_of_probes_passes() {
    passes(|health| orders().layer(from_fn(authenticate)).layer(health)).await;
    passes(|health| orders().layer(health).layer(from_fn(exempts))).await;
}

#[tokio::test]
async fn authentication_outside() {
    let problems = wrong(|health| orders().layer(health).layer(from_fn(authenticate))).await;
    says(
        &problems,
        &[
            "`/health/ready` was answered 401",
            "put the HealthLayer outside of authentication",
            "`.layer(HealthLayer::new(&health))` last",
        ],
    );
}

#[tokio::test]
#[should_panic(expected = "`/health/live` was answered 401")]
async fn the_assertion_panics_with_it() {
    let health = crate::health();
    let layer = health_tower::HealthLayer::new(&health);
    let app = orders().layer(layer.clone()).layer(from_fn(authenticate));
    health_tower::test::assert_probes_answer(app, &layer).await;
}

#[tokio::test]
async fn a_redirect_outside() {
    let elsewhere =
        || from_fn(async |_: Request, _: Next| Redirect::permanent("https://x").into_response());
    let problems = wrong(|health| orders().layer(health).layer(elsewhere())).await;
    says(
        &problems,
        &["was answered 308", "put the HealthLayer outside of it"],
    );
}

#[tokio::test]
async fn what_rebuilds_a_response_passes_and_what_makes_another_of_it_does_not() {
    passes(|health| orders().layer(health).layer(from_fn(rebuilds))).await;
    let changes = || {
        from_fn(async |request: Request, next: Next| {
            let _lost = next.run(request).await;
            StatusCode::NOT_FOUND
        })
    };
    let problems = wrong(|health| orders().layer(health).layer(changes())).await;
    says(
        &problems,
        &["was answered 404", "made another response of that"],
    );
}
