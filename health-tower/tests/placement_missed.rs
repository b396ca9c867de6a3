//! Wrong places of the layer that `Placement` lets pass, and advice that nobody can follow.

#![cfg(feature = "test")]
#![allow(clippy::unwrap_used, reason = "a test")]

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::{ConnectInfo, Request};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use axum::{Router, routing::get};
use health_tower::test::{Placement, Stage};
use health_tower::{Check, DrainPolicy, Health, HealthLayer};
use tower::limit::GlobalConcurrencyLimitLayer;

fn orders() -> Router {
    Router::new().route("/orders", get(|| async { "orders" }))
}

fn health() -> (Health, HealthLayer) {
    let health = Health::builder().linked(false).start().unwrap();
    let layer = HealthLayer::new(&health);
    (health, layer)
}

async fn wrong(layer: &HealthLayer, app: Router) {
    let said = Placement::of(layer).check(app).await;
    assert!(said.is_err(), "a wrong place was not found");
}

/// The requests that fill the limit are polled once, and never get there.
#[tokio::test(start_paused = true)]
async fn a_limit_outside_behind_what_takes_two_polls() {
    let (_health, layer) = health();
    let app = orders()
        .layer(layer.clone())
        .layer(GlobalConcurrencyLimitLayer::new(1))
        .layer(from_fn(async |request: Request, next: Next| {
            tokio::task::yield_now().await; // a session that is looked up
            next.run(request).await
        }));
    wrong(&layer, app).await;
}

/// `app()` that builds a `Health` of its own: forced outcomes, drains and checks are those of the other one.
#[tokio::test(start_paused = true)]
async fn a_layer_of_another_health() {
    let (_health, layer) = health();
    let (_other, others) = health();
    wrong(&layer, orders().layer(others)).await;
}

#[tokio::test(start_paused = true)]
async fn what_outside_takes_nine_seconds() {
    let (_health, layer) = health();
    let app = orders()
        .layer(layer.clone())
        .layer(from_fn(async |request: Request, next: Next| {
            tokio::time::sleep(Duration::from_secs(9)).await;
            next.run(request).await
        }));
    wrong(&layer, app).await;
}

/// The kubelet and balancers ask by address.
#[tokio::test(start_paused = true)]
async fn allowed_hosts_outside() {
    let (_health, layer) = health();
    let app = orders()
        .layer(layer.clone())
        .layer(from_fn(async |request: Request, next: Next| {
            let host = request.headers().get("host").cloned();
            if host.is_some_and(|host| host == "localhost" || host == "orders.example") {
                next.run(request).await
            } else {
                StatusCode::MISDIRECTED_REQUEST.into_response()
            }
        }));
    wrong(&layer, app).await;
}

/// A readiness that is down is told as up.
#[tokio::test(start_paused = true)]
async fn what_makes_200_of_a_503() {
    let builder = Health::builder().linked(false);
    let health = builder
        .check(Check::readiness("database", || async { false }))
        .start()
        .unwrap();
    let layer = HealthLayer::new(&health);
    let app = orders()
        .layer(layer.clone())
        .layer(from_fn(async |request: Request, next: Next| {
            next.run(request).await;
            StatusCode::OK
        }));
    wrong(&layer, app).await;
}

/// An access log outside is allowed; it has no address in a test.
#[tokio::test(start_paused = true)]
async fn a_log_outside_that_wants_the_peer_is_right() {
    let (_health, layer) = health();
    let log = async |ConnectInfo(_): ConnectInfo<SocketAddr>, request: Request, next: Next| {
        next.run(request).await
    };
    let app = orders().layer(layer.clone()).layer(from_fn(log));
    let said = Placement::of(&layer).check(app).await;
    println!("{said:?}");
    said.unwrap();
}

/// "systemd doesn't read readiness", "nothing in Docker reads readiness": and yet it warns, for ever.
#[tokio::test(start_paused = true)]
async fn where_nobody_can_ask_nobody_is_told_to() {
    for policy in [DrainPolicy::systemd(), DrainPolicy::docker()] {
        let stage = Stage::start(Health::builder().linked(false).drain(policy)).unwrap();
        let _app = orders().layer(HealthLayer::new(stage.health()));
        stage.advance(Duration::from_secs(300)).await;
        let now = stage.health().snapshot();
        assert_eq!(now.advice().map(|one| one.kind()).collect::<Vec<_>>(), []);
    }
}
