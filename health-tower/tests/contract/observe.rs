//! The layer around a client: towards the client, towards the caller, and what it counts.

use std::time::Duration;

use health_tower::{Calls, CheckState, Health, ObserveLayer, Scope};
use http_body_util::BodyExt as _;
use tokio_test::{assert_pending, assert_ready, assert_ready_ok, task};
use tower::{Layer as _, Service as _, ServiceBuilder, ServiceExt as _};

use crate::gate::{Gate, get, health};

const SECOND: Duration = Duration::from_secs(1);

/// Completed, failed, cancelled.
pub(crate) fn counted(health: &Health) -> [u64; 3] {
    let Calls {
        completed,
        failed,
        cancelled,
        ..
    } = health.dependency("payments").start().unwrap().calls();
    [completed, failed, cancelled]
}

#[tokio::test]
async fn it_is_ready_when_the_client_is_and_calls_the_one_that_was_polled() {
    let health = health();
    let (gate, semaphore) = Gate::new(1);
    let mut client = ObserveLayer::new(&health, "payments").layer(gate);
    let mut other = client.clone();
    let mut caller = task::spawn(());
    assert_ready_ok!(caller.enter(|cx, _| client.poll_ready(cx)));
    assert_pending!(caller.enter(|cx, _| other.poll_ready(cx)));
    let response = client.call(get("/charge")).await.unwrap();
    assert!(caller.is_woken(), "by the permit that was given back");
    assert_eq!(
        response.into_body().collect().await.unwrap().to_bytes(),
        "/charge"
    );
    assert_ready_ok!(caller.enter(|cx, _| other.poll_ready(cx)));
    drop(other);
    assert_eq!(semaphore.available_permits(), 1);
    assert_eq!(counted(&health), [1, 0, 0], "waiting is no call");
}

#[tokio::test]
async fn errors_pass_through_as_they_are_and_count() {
    let health = health();
    let (gate, _semaphore) = Gate::new(1);
    let broken = gate.switch();
    let mut client = ObserveLayer::new(&health, "payments").layer(gate);
    let error = client.ready().await.unwrap().call(get("/error")).await;
    assert_eq!(error.unwrap_err(), "the application's own error");
    assert_eq!(counted(&health), [0, 1, 0]);
    *broken.lock().unwrap() = Some("worker died");
    assert_eq!(client.ready().await.err(), Some("worker died"));
    assert_eq!(counted(&health), [0, 2, 0]);
}

#[tokio::test]
async fn a_call_that_is_dropped_before_its_answer_was_cancelled() {
    let health = health();
    let (gate, semaphore) = Gate::new(2);
    let mut client = ObserveLayer::new(&health, "payments").layer(gate);
    let unpolled = client.ready().await.unwrap().call(get("/charge"));
    let mut polled = task::spawn(client.ready().await.unwrap().call(get("/hang")));
    assert_pending!(polled.poll());
    drop((unpolled, polled));
    drop(client);
    assert_eq!(semaphore.available_permits(), 2);
    assert_eq!(counted(&health), [0, 0, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_time_out_inside_is_seen_and_one_outside_if_it_is_asked_for() {
    let health = health();
    let layer = || ObserveLayer::builder(&health, "payments");
    let hang = |client| async move {
        let (gate, _semaphore) = Gate::new(1);
        let layer: ObserveLayer = client;
        let inside = ServiceBuilder::new().layer(layer).timeout(SECOND);
        assert!(
            inside
                .service(gate.clone())
                .oneshot(get("/hang"))
                .await
                .is_err()
        );
        let outside = ServiceBuilder::new().timeout(SECOND).layer(layer);
        assert!(outside.service(gate).oneshot(get("/hang")).await.is_err());
    };
    hang(layer().build().unwrap()).await;
    assert_eq!(counted(&health), [0, 1, 1]);
    hang(layer().slow_call(SECOND).build().unwrap()).await;
    assert_eq!(counted(&health), [0, 3, 1]);
    hang(layer().slow_call(2 * SECOND).build().unwrap()).await;
    assert_eq!(counted(&health), [0, 4, 2]);
}

#[tokio::test]
async fn what_was_shed_inside_was_never_sent() {
    let health = health();
    let (gate, _semaphore) = Gate::new(1);
    let layers = ServiceBuilder::new().layer(ObserveLayer::new(&health, "payments"));
    let mut client = layers.load_shed().service(gate);
    let mut hangs = task::spawn(client.ready().await.unwrap().call(get("/hang")));
    assert_pending!(hangs.poll());
    let mut shed = task::spawn(client.ready().await.unwrap().call(get("/charge")));
    assert!(assert_ready!(shed.poll()).is_err());
    assert_eq!(counted(&health), [0, 0, 1]);
}

#[tokio::test]
async fn the_name_of_another_check_is_refused_or_passes_through() {
    let check = health_tower::Check::readiness("database", || async { true });
    let health = Health::builder()
        .linked(false)
        .check(check)
        .start()
        .unwrap();
    let error = ObserveLayer::builder(&health, "database")
        .build()
        .unwrap_err();
    let error = error.to_string();
    assert!(
        error.contains("one of that name is there already"),
        "{error}"
    );
    assert!(error.contains("observe.rs:"), "{error}");
    let (gate, _semaphore) = Gate::new(1);
    let client = ObserveLayer::new(&health, "database").layer(gate);
    assert!(client.oneshot(get("/charge")).await.is_ok());
    assert_eq!(health.snapshot().checks().count(), 1);
}

#[tokio::test]
async fn it_keeps_no_health_alive() {
    let health = health();
    let layer = ObserveLayer::builder(&health, "payments").scope(Scope::Local);
    let (gate, _semaphore) = Gate::new(1);
    let client = layer.build().unwrap().layer(gate);
    let weak = health.downgrade();
    drop(health);
    assert!(weak.upgrade().is_none());
    assert!(client.oneshot(get("/charge")).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn clients_of_one_name_are_one_dependency() {
    let health = health();
    for _ in 0..5 {
        let (gate, _semaphore) = Gate::new(1);
        let client = ObserveLayer::new(&health, "payments").layer(gate);
        assert!(client.oneshot(get("/error")).await.is_err());
    }
    let mut changes = health.subscribe();
    let down =
        |now: &health_tower::Snapshot| now.check("payments").unwrap().state() == CheckState::Down;
    while !down(&changes.changed().await.unwrap()) {}
    assert_eq!(health.snapshot().checks().count(), 1);
}
