//! Services that are no axum router.

use std::convert::Infallible;
use std::future::{Ready, pending};
use std::task::{Context, Poll};

use health_tower::test::{Placement, assert_probes_answer};
use health_tower::{BoxError, HealthLayer, ProbeService};
use http::{Request, Response};
use http_body_util::Empty;
use tower::{Layer, Service, ServiceBuilder, service_fn};

use crate::{Body, passes, says, wrong};

async fn hello(_: Request<Body>) -> Result<Response<Body>, Infallible> {
    Ok(Response::new(Body::from("hello")))
}

#[tokio::test]
async fn a_function_within_layers() {
    passes(|health| health.layer(service_fn(hello))).await;
    passes(|health| ServiceBuilder::new().layer(health).service_fn(hello)).await;
}

#[tokio::test]
async fn a_probe_service_alone() {
    passes(|health| ProbeService::new(&health)).await;
}

#[tokio::test]
async fn one_that_takes_another_body() {
    let health = crate::health();
    let layer = HealthLayer::new(&health);
    let empty =
        async |_: Request<Empty<&'static [u8]>>| Ok::<_, BoxError>(Response::new(Body::default()));
    let app = layer.layer(service_fn(empty));
    Placement::of(&layer).with_body().assert(app).await;
}

/// One that answers nothing, in which nothing is wrong.
#[tokio::test(start_paused = true)]
async fn what_hangs_inside_does_not_matter() {
    passes(|health| {
        health.layer(service_fn(async |_: Request<Body>| {
            pending::<Result<Response<Body>, Infallible>>().await
        }))
    })
    .await;
    passes(|health| health.layer(Stuck)).await;
}

#[tokio::test(start_paused = true)]
async fn what_hangs_outside_does() {
    let problems = wrong(|_| Stuck).await;
    says(&problems, &["found a service that never gets ready"]);
    assert!(!problems.contains("full"), "{problems}");
}

/// Each is asked about, whether or not it is answered otherwise.
#[tokio::test]
async fn an_external_probe_is_asked_where_there_is_one() {
    let health = crate::down();
    let layer = HealthLayer::new(&health);
    let problems = Placement::of(&layer).check(service_fn(hello)).await;
    assert!(problems.unwrap_err().contains("`/health/external`"));
    assert_probes_answer(layer.layer(service_fn(hello)), &layer).await;
}

/// Never ready.
#[derive(Clone)]
struct Stuck;

impl Service<Request<Body>> for Stuck {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Pending
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        unreachable!("it is never ready")
    }
}
