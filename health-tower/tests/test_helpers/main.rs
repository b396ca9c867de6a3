//! What users' tests stand on: each wrong place of the layer is found, and the message says what to do; each right one passes.

#![cfg(feature = "test")]
#![allow(clippy::unwrap_used, reason = "a test")]

mod axum_layers;
mod axum_routers;
#[cfg(feature = "details")]
mod details;
#[cfg(feature = "grpc")]
mod grpc;
mod held;
mod limits;
mod outside;
mod stacks;

use std::fmt::Display;

use bytes::Bytes;
use health_tower::test::Placement;
use health_tower::{Check, Health, HealthLayer};
use http::{Request, Response};
use http_body_util::Full;
use tower::Service;

type Body = Full<Bytes>;

/// One that is ready, and has no external probe.
fn health() -> Health {
    Health::builder().linked(false).start().unwrap()
}

/// Not ready, and with an external probe.
fn down() -> Health {
    let builder = Health::builder().linked(false);
    let builder = builder.check(Check::readiness("database", || async { false }));
    let external = Check::external("checkout", || async { false });
    builder.check(external).start().unwrap()
}

/// Nothing is wrong, whether the service is up or not.
async fn passes<S, R>(place: impl Fn(HealthLayer) -> S)
where
    S: Service<Request<Body>, Response = Response<R>, Error: Display> + Clone,
{
    for health in [health(), down()] {
        let layer = HealthLayer::new(&health);
        health_tower::test::assert_probes_answer(place(layer.clone()), &layer).await;
        assert_eq!(health.in_flight().count(), 0);
    }
}

/// What is wrong with this place.
async fn wrong<S, R>(place: impl Fn(HealthLayer) -> S) -> String
where
    S: Service<Request<Body>, Response = Response<R>, Error: Display> + Clone,
{
    let health = health();
    let layer = HealthLayer::new(&health);
    let problems = Placement::of(&layer).check(place(layer.clone())).await;
    assert_eq!(health.in_flight().count(), 0);
    problems.unwrap_err()
}

/// Each probe that is there is named.
#[track_caller]
fn says(problems: &str, wanted: &[&str]) {
    let each = ["/health/live", "/health/ready", "/health/startup"];
    for part in each.iter().chain(wanted) {
        assert!(problems.contains(part), "no `{part}` in: {problems}");
    }
    assert!(!problems.contains("external"), "{problems}");
}
