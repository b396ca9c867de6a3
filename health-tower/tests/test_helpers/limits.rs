//! Limits around the layer, which only a full application shows; in paused time, so that nobody waits for what doesn't come.

use std::time::Duration;

use axum::Router;
use axum::error_handling::HandleErrorLayer;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::routing::get;
use health_tower::test::Placement;
use health_tower::{BoxError, HealthLayer};
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::timeout::TimeoutLayer;
use tower::{Layer, ServiceBuilder};

use crate::{passes, says, wrong};

const FULL: &str = ", while the application is full,";
const LIMIT: &str = "keeps probes waiting or refuses them: put the HealthLayer outside of it";

fn orders() -> Router {
    Router::new().route("/orders", get(|| async { "orders" }))
}

async fn shed(_: BoxError) -> StatusCode {
    StatusCode::TOO_MANY_REQUESTS
}

#[tokio::test(start_paused = true)]
async fn inside_they_pass() {
    passes(|health| {
        orders()
            .layer(GlobalConcurrencyLimitLayer::new(1))
            .layer(health)
    })
    .await;
    passes(|health| {
        let inside = ServiceBuilder::new()
            .layer(health)
            .buffer(1)
            .concurrency_limit(1);
        inside.service(orders())
    })
    .await;
    passes(|health| {
        let inside = ServiceBuilder::new()
            .layer(health)
            .layer(HandleErrorLayer::new(shed))
            .load_shed()
            .concurrency_limit(1);
        inside.service(orders())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_concurrency_limit_outside() {
    let limited = |health| {
        orders()
            .layer(health)
            .layer(GlobalConcurrencyLimitLayer::new(100))
    };
    says(&wrong(limited).await, &[FULL, LIMIT, "was not answered"]);
    let stack = |health| {
        let stack = ServiceBuilder::new().concurrency_limit(1000).layer(health);
        stack.service(orders())
    };
    says(
        &wrong(stack).await,
        &[FULL, LIMIT, "a service that never gets ready"],
    );
}

#[tokio::test(start_paused = true)]
async fn a_buffer_outside() {
    let stack = |health| {
        let stack = ServiceBuilder::new()
            .buffer(10)
            .concurrency_limit(1)
            .layer(health);
        stack.service(orders())
    };
    says(&wrong(stack).await, &[FULL, LIMIT]);
}

#[tokio::test(start_paused = true)]
async fn a_rate_outside() {
    let stack = |health| {
        let stack = ServiceBuilder::new()
            .buffer(2000)
            .rate_limit(50, Duration::from_secs(1))
            .layer(health);
        stack.service(orders())
    };
    says(&wrong(stack).await, &[FULL, LIMIT]);
    // One that would let all through, some time.
    let stack = |health| {
        let stack = ServiceBuilder::new()
            .buffer(2000)
            .rate_limit(40, Duration::from_millis(500))
            .layer(health);
        stack.service(orders())
    };
    says(&wrong(stack).await, &[FULL, LIMIT]);
}

#[tokio::test(start_paused = true)]
async fn a_load_shed_outside_answers_or_fails() {
    let answers = |health: HealthLayer| {
        let limits = ServiceBuilder::new()
            .layer(HandleErrorLayer::new(shed))
            .load_shed()
            .concurrency_limit(1);
        Router::new().fallback_service(limits.service(health.layer(orders())))
    };
    says(&wrong(answers).await, &[FULL, LIMIT, "was answered 429"]);
    let fails = |health| {
        let stack = ServiceBuilder::new()
            .load_shed()
            .concurrency_limit(1)
            .layer(health);
        stack.service(orders())
    };
    says(
        &wrong(fails).await,
        &[FULL, LIMIT, "failed with `service overloaded`"],
    );
}

/// What fills the limit gets there later than at once, as behind a session that is looked up.
#[tokio::test(start_paused = true)]
async fn a_limit_outside_behind_what_takes_its_time() {
    let yields = from_fn(async |request: Request, next: Next| {
        tokio::task::yield_now().await;
        next.run(request).await
    });
    let sleeps = from_fn(async |request: Request, next: Next| {
        tokio::time::sleep(Duration::from_millis(300)).await;
        next.run(request).await
    });
    let limit = GlobalConcurrencyLimitLayer::new;
    let behind = |health| orders().layer(health).layer(limit(1)).layer(yields.clone());
    let problems = wrong(behind).await;
    says(&problems, &[FULL, LIMIT, "was not answered"]);
    let behind = |health| {
        let limited = orders().layer(health).layer(limit(1000));
        limited.layer(sleeps.clone()).layer(yields.clone())
    };
    says(&wrong(behind).await, &[FULL, LIMIT, "was not answered"]);
    passes(|health| orders().layer(limit(1)).layer(health).layer(sleeps.clone())).await;
}

/// What is held keeps its place, though something around the limit doesn't wait for ever.
#[tokio::test(start_paused = true)]
async fn a_limit_outside_within_a_time_out() {
    let health = crate::health();
    let layer = HealthLayer::new(&health);
    let stack = ServiceBuilder::new()
        .layer(TimeoutLayer::new(Duration::from_millis(500)))
        .layer(GlobalConcurrencyLimitLayer::new(20))
        .layer(layer.clone());
    // One waits for a place, for as long as the others would take to give theirs back.
    let placement = Placement::of(&layer).full_with(21);
    let problems = placement.check(stack.service(orders())).await;
    says(&problems.unwrap_err(), &[FULL, LIMIT]);
}

/// The same limit, with as many requests as it takes and one fewer.
#[tokio::test(start_paused = true)]
async fn it_is_full_with_as_many_as_one_says() {
    let health = crate::health();
    let layer = HealthLayer::new(&health);
    let app = || {
        let stack = ServiceBuilder::new().concurrency_limit(2000);
        stack.layer(layer.clone()).service(orders())
    };
    let placement = || Placement::of(&layer);
    placement().assert(app()).await;
    placement().full_with(1999).assert(app()).await;
    placement().full_with(2000).check(app()).await.unwrap_err();
}

/// Without a paused clock as well.
#[tokio::test]
async fn shedding_in_the_time_of_the_system() {
    let fails = |health| {
        let stack = ServiceBuilder::new()
            .load_shed()
            .concurrency_limit(1)
            .layer(health);
        stack.service(orders())
    };
    says(&wrong(fails).await, &[FULL, "service overloaded"]);
}
