//! What is around the layer and spoils its answers, without a limit or credentials; in paused time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::MockConnectInfo;
use axum::extract::{ConnectInfo, Request};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use health_tower::HealthLayer;
use health_tower::test::Placement;
use tokio::sync::Semaphore;
use tower::ServiceBuilder;
use tower::limit::GlobalConcurrencyLimitLayer;

use crate::{down, passes, says, wrong};

fn orders() -> Router {
    Router::new().route("/orders", get(|| async { "orders" }))
}

/// `app()` that starts a `Health` of its own: outcomes that are forced, drains and checks are those of the other one.
#[tokio::test(start_paused = true)]
async fn a_layer_of_another_health() {
    let other = crate::health();
    let problems = wrong(|_| orders().layer(HealthLayer::new(&other))).await;
    says(
        &problems,
        &["was answered 200", "of another `Health` than the test's"],
    );
    // Which of the layers of one `Health` it is, doesn't matter.
    let health = crate::health();
    let app = orders().layer(HealthLayer::new(&health));
    let placement = Placement::of(&HealthLayer::new(&health));
    placement.assert(app).await;
}

/// Where both are there, the outer one answers.
#[tokio::test(start_paused = true)]
async fn layers_of_two_healths_around_each_other() {
    let other = crate::health();
    passes(|health| orders().layer(HealthLayer::new(&other)).layer(health)).await;
    let inside = |health| orders().layer(health).layer(HealthLayer::new(&other));
    says(&wrong(inside).await, &["of another `Health`"]);
}

/// The kubelet has gone after a second.
#[tokio::test(start_paused = true)]
async fn what_takes_longer_than_the_kubelet_waits() {
    let slow = |millis| {
        from_fn(move |request: Request, next: Next| async move {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            next.run(request).await
        })
    };
    passes(|health| orders().layer(health).layer(slow(900))).await;
    let problems = wrong(|health| orders().layer(health).layer(slow(1100))).await;
    says(
        &problems,
        &[
            "was not answered within 1s",
            "put the HealthLayer outside of it",
        ],
    );
    // There and back.
    let both = |health| orders().layer(health).layer(from_fn(halves));
    says(&wrong(both).await, &["was not answered within 1s"]);
    // To get ready, and there.
    let places = Arc::new(Semaphore::new(0));
    let limit = GlobalConcurrencyLimitLayer::with_semaphore(Arc::clone(&places));
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(600)).await;
        places.add_permits(5000);
    });
    let late = |health| {
        let slow = orders().layer(health).layer(slow(600));
        ServiceBuilder::new().layer(limit.clone()).service(slow)
    };
    says(&wrong(late).await, &["was not answered within 1s"]);
}

async fn halves(request: Request, next: Next) -> Response {
    tokio::time::sleep(Duration::from_millis(600)).await;
    let response = next.run(request).await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    response
}

#[tokio::test(start_paused = true)]
async fn hosts_that_are_known_outside() {
    for refuses in [
        StatusCode::MISDIRECTED_REQUEST,
        StatusCode::BAD_REQUEST,
        StatusCode::FORBIDDEN,
    ] {
        let known = || {
            from_fn(move |request: Request, next: Next| async move {
                let host = request.headers().get("host").cloned();
                if host.is_some_and(|host| host == "localhost" || host == "orders.example") {
                    next.run(request).await
                } else {
                    refuses.into_response()
                }
            })
        };
        passes(|health| orders().layer(known()).layer(health)).await;
        let problems = wrong(|health| orders().layer(health).layer(known())).await;
        let answered = format!("was answered {}", refuses.as_u16());
        says(
            &problems,
            &[
                &answered,
                "probers ask by address, as here with `Host: 10.1.2.3:8080`",
            ],
        );
    }
}

/// It may be outside; in a test it has no address.
#[tokio::test(start_paused = true)]
async fn a_log_that_wants_the_address_of_the_client() {
    async fn log(
        ConnectInfo(_): ConnectInfo<SocketAddr>,
        request: Request,
        next: Next,
    ) -> Response {
        next.run(request).await
    }
    let problems = wrong(|health| orders().layer(health).layer(from_fn(log))).await;
    says(
        &problems,
        &[
            "was answered 500",
            "`.layer(MockConnectInfo(SocketAddr::from(([10, 1, 2, 3], 8080))))`",
        ],
    );
    let address = MockConnectInfo(SocketAddr::from(([10, 1, 2, 3], 8080)));
    passes(|health| orders().layer(health).layer(from_fn(log)).layer(address)).await;
}

/// What is down is told as up, or the other way round.
#[tokio::test(start_paused = true)]
async fn what_makes_one_status_of_the_other() {
    let always = |status| {
        from_fn(move |request: Request, next: Next| async move {
            let _lost = next.run(request).await;
            status
        })
    };
    let unavailable = StatusCode::SERVICE_UNAVAILABLE;
    // What isn't up in `down()` is readiness, and the external probe.
    let health = down();
    let layer = HealthLayer::new(&health);
    let app = orders().layer(layer.clone()).layer(always(StatusCode::OK));
    let problems = Placement::of(&layer).check(app).await.unwrap_err();
    for part in [
        "`/health/ready` was answered 200, where the layer said 503",
        "made another response of that",
    ] {
        assert!(problems.contains(part), "no `{part}` in: {problems}");
    }
    assert!(!problems.contains("/health/live"), "{problems}");

    let app = orders().layer(layer.clone()).layer(always(unavailable));
    let problems = Placement::of(&layer).check(app).await.unwrap_err();
    let live = "`/health/live` was answered 503, where the layer said 200";
    assert!(problems.contains(live), "no `{live}` in: {problems}");
    assert!(!problems.contains("/health/ready"), "{problems}");
}
