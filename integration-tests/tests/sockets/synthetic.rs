//! Requests that a service makes to itself, in this process: axum's and tonic's own services, as they are.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::Request;
use axum::routing::{get, post};
use axum::{Extension, Router};
use health_tower::{CheckState, Health, HealthLayer, Step, Synthetic, SyntheticRequest};
use http::{HeaderMap, StatusCode, Version};
use integration_tests::gate::{Gate, gate};
use integration_tests::host::healthy;
use integration_tests::patience::until_snapshot;
use tonic::service::Routes;
use tower::{Layer as _, ServiceBuilder};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::echo::Echo;

/// A message of one string, encoded.
pub(crate) const HELLO: &[u8] = b"\x0a\x05hello";

/// A request as the application saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) marked: bool,
    pub(crate) in_flight: usize,
    pub(crate) version: Version,
    pub(crate) headers: HeaderMap,
}

/// Requests as they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Seen>>>);

impl Log {
    pub(crate) fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// An application that notes what comes to `/orders`, holds what comes to `/held`, and redirects from `/moved`.
pub(crate) fn application(health: &Health) -> (Router, Log, Gate) {
    let (log, (door, gate)) = (Log::default(), gate());
    let (noted, in_flight) = (log.clone(), health.in_flight());
    let note = async move |marked: Option<Extension<SyntheticRequest>>, request: Request| {
        noted.0.lock().unwrap().push(Seen {
            marked: marked.is_some(),
            in_flight: in_flight.count(),
            version: request.version(),
            headers: request.headers().clone(),
        });
        "an order"
    };
    let app = Router::new()
        .route("/orders", get(note.clone()).post(note))
        .route("/held", get(async move || door.enter().await))
        .route("/login", post(async || ([("set-cookie", "session=7")], "")))
        .route(
            "/moved",
            get(async || (StatusCode::FOUND, [("location", "/orders")])),
        );
    (app.layer(HealthLayer::new(health)), log, gate)
}

/// Waits until a check is in that state, and gives why it last failed.
pub(crate) async fn settled(health: &Health, name: &str, state: CheckState) -> Option<String> {
    let what = format!("{name} to be {state}");
    let is =
        |now: &health_tower::Snapshot| now.check(name).is_some_and(|check| check.state() == state);
    until_snapshot(health, &what, is).await;
    let snapshot = health.snapshot();
    let outcome = snapshot.check(name).unwrap().outcome();
    outcome
        .and_then(|outcome| outcome.reason())
        .map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn through_a_router_and_through_layers_around_it() {
    let health = healthy();
    let (app, log, _gate) = application(&health);
    let checkout = || {
        Synthetic::new("checkout")
            .step(Step::post("/login").expect_header("set-cookie", |cookie| cookie == "session=7"))
            .then(|answers| {
                Step::post("/orders")
                    .body("one")
                    .header("cookie", answers[0].cookies())
            })
    };
    checkout().through(app.clone()).start(&health).unwrap();
    settled(&health, "checkout", CheckState::Up).await;
    let seen = log.take();
    assert!(seen[0].marked && seen[0].in_flight == 0, "{seen:?}");
    assert_eq!(seen[0].headers["cookie"], "session=7");

    let layers = ServiceBuilder::new()
        .layer(TraceLayer::new_for_http())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::GATEWAY_TIMEOUT,
            Duration::from_secs(10),
        ));
    let whole = Synthetic::get("/orders").through(layers.service(app));
    whole.start(&health).unwrap();
    settled(&health, "GET /orders", CheckState::Up).await;
    assert!(log.take()[0].marked);
}

#[tokio::test(flavor = "multi_thread")]
async fn through_tonic_s_routes_and_one_service_of_it() {
    let health = healthy();
    let (echo, _sources) = Echo::new();
    let routes = Routes::new(echo.clone());
    let answered = |name: &str, message: &'static [u8]| {
        let step = Step::grpc("test.Echo/Unary", message).expect_body(|answer| answer == HELLO);
        Synthetic::new(name).step(step).fail_after(1)
    };
    answered("routes", HELLO)
        .through(routes)
        .start(&health)
        .unwrap();
    settled(&health, "routes", CheckState::Up).await;
    let layered = HealthLayer::new(&health).layer(echo);
    answered("layered", HELLO)
        .through(layered.clone())
        .start(&health)
        .unwrap();
    settled(&health, "layered", CheckState::Up).await;
    answered("fails", b"\x0a\x04fail")
        .through(layered)
        .start(&health)
        .unwrap();
    let reason = settled(&health, "fails", CheckState::Down).await;
    let said = "step 1, test.Echo/Unary: grpc-status 9 (failed precondition), expected 0";
    assert_eq!(reason.as_deref(), Some(said));
}
