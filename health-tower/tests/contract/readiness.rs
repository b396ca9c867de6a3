use std::sync::Arc;

use health_tower::HealthLayer;
use http_body_util::BodyExt as _;
use tokio::sync::Semaphore;
use tokio_test::{assert_pending, assert_ready_ok, task};
use tower::limit::ConcurrencyLimit;
use tower::{Layer as _, Service as _, ServiceExt as _};

use crate::gate::{Gate, get, health, layered};

#[tokio::test]
async fn a_ready_inner_service_is_called_as_it_was_polled() {
    let (_health, mut service, _semaphore) = layered(1);
    let response = service
        .ready()
        .await
        .unwrap()
        .call(get("/orders"))
        .await
        .unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "/orders");
}

#[tokio::test]
async fn a_full_inner_service_makes_the_request_wait_not_the_caller() {
    let (health, mut service, _semaphore) = layered(1);
    let mut caller = task::spawn(());
    let mut first = task::spawn(service.ready().await.unwrap().call(get("/hang")));
    assert_pending!(first.poll());

    assert_ready_ok!(caller.enter(|cx, _| service.poll_ready(cx)));
    let mut second = task::spawn(service.call(get("/orders")));
    assert_pending!(second.poll());
    assert_eq!(health.in_flight().count(), 2, "what waits is in flight");

    drop(first);
    assert!(second.is_woken(), "the permit woke the request that waits");
    assert_ready_ok!(second.poll());
}

#[tokio::test]
async fn requests_that_wait_keep_their_order() {
    let (_health, mut service, _semaphore) = layered(1);
    let hang = service.ready().await.unwrap().call(get("/hang"));
    let mut waiting = Vec::new();
    for path in ["/1", "/2"] {
        let mut request = task::spawn(service.ready().await.unwrap().call(get(path)));
        assert_pending!(request.poll());
        waiting.push(request);
    }
    drop(hang);
    assert_pending!(waiting[1].poll());
    assert_ready_ok!(waiting[0].poll());
    drop(waiting.remove(0));
    assert_ready_ok!(waiting[0].poll());
}

/// The instance that was polled is the one that waits: its place in the queue is from then, not from its future's first poll.
#[tokio::test]
async fn a_place_in_the_queue_is_kept_from_the_first_poll() {
    let (_health, mut service, _semaphore) = layered(1);
    let hang = service.ready().await.unwrap().call(get("/hang"));
    let (mut earlier, mut later) = (service.clone(), service.clone());
    earlier.ready().await.unwrap();
    later.ready().await.unwrap();
    let mut later = task::spawn(later.call(get("/later")));
    assert_pending!(later.poll());
    let mut earlier = task::spawn(earlier.call(get("/earlier")));
    assert_pending!(earlier.poll());
    drop(hang);
    assert_pending!(later.poll());
    assert_ready_ok!(earlier.poll());
}

#[tokio::test]
async fn a_caller_that_forgets_to_poll_is_served_all_the_same() {
    let (_health, mut service, _semaphore) = layered(1);
    assert!(service.call(get("/orders")).await.is_ok());
    assert!(service.clone().call(get("/orders")).await.is_ok());
}

#[tokio::test]
async fn probe_behind_the_queue_a_probe_never_waits() {
    let (_health, mut service, _semaphore) = layered(1);
    let mut hang = task::spawn(service.ready().await.unwrap().call(get("/hang")));
    assert_pending!(hang.poll());
    for path in ["/health/live", "/health/ready"] {
        let mut probe = task::spawn(service.ready().await.unwrap().call(get(path)));
        assert_eq!(assert_ready_ok!(probe.poll()).status(), 200);
    }
    drop(hang);
}

/// A server may keep one instance for a connection. A prober's idle connection must not keep what `poll_ready` reserved.
#[tokio::test]
async fn what_a_probe_reserved_is_given_back() {
    let (_health, mut prober, semaphore) = layered(1);
    let mut application = prober.clone();
    prober
        .ready()
        .await
        .unwrap()
        .call(get("/health/live"))
        .await
        .unwrap();
    assert_eq!(
        semaphore.available_permits(),
        1,
        "the prober's idle instance holds the permit"
    );
    application
        .ready()
        .await
        .unwrap()
        .call(get("/orders"))
        .await
        .unwrap();
}

/// The same for a place in the queue: a permit that goes to an instance which nobody polls any more is lost.
#[tokio::test]
async fn a_probe_leaves_no_place_in_the_queue_behind() {
    let (_health, mut prober, semaphore) = layered(1);
    let mut application = prober.clone();
    let hang = application.ready().await.unwrap().call(get("/hang"));
    prober
        .ready()
        .await
        .unwrap()
        .call(get("/health/live"))
        .await
        .unwrap();
    drop(hang);
    assert_eq!(semaphore.available_permits(), 1);
    let mut request = task::spawn(application.call(get("/orders")));
    assert_ready_ok!(request.poll());
}

#[tokio::test]
async fn an_error_of_poll_ready_reaches_the_request_and_not_the_probe() {
    let health = health();
    let (gate, _semaphore) = Gate::new(1);
    let switch = gate.switch();
    let mut service = HealthLayer::new(&health).layer(gate);
    *switch.lock().unwrap() = Some("worker died");
    let probe = service
        .ready()
        .await
        .unwrap()
        .call(get("/health/live"))
        .await
        .unwrap();
    assert_eq!(probe.status(), 200);
    let refused = service.ready().await.unwrap().call(get("/orders")).await;
    assert_eq!(refused.unwrap_err(), "worker died");
    assert_eq!(health.in_flight().count(), 0);

    *switch.lock().unwrap() = None;
    assert!(
        service
            .ready()
            .await
            .unwrap()
            .call(get("/orders"))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn the_applications_error_passes_through_as_it_is() {
    let (health, mut service, _semaphore) = layered(1);
    let error = service
        .ready()
        .await
        .unwrap()
        .call(get("/error"))
        .await
        .unwrap_err();
    assert_eq!(error, "the application's own error");
    assert_eq!(health.in_flight().count(), 0);
}

#[tokio::test]
async fn dropping_a_request_that_waits_or_runs_lets_go_of_everything() {
    let (health, mut service, semaphore) = layered(1);
    let mut runs = task::spawn(service.ready().await.unwrap().call(get("/hang")));
    assert_pending!(runs.poll());
    let mut waits = task::spawn(service.ready().await.unwrap().call(get("/orders")));
    assert_pending!(waits.poll());
    drop(waits);
    drop(runs);
    assert_eq!(health.in_flight().count(), 0);
    assert_eq!(semaphore.available_permits(), 1);
}

#[tokio::test]
async fn towers_own_limit_inside_serves_everyone_in_the_end() {
    let health = health();
    let (gate, _) = Gate::new(usize::MAX >> 4);
    let limit = ConcurrencyLimit::with_semaphore(gate, Arc::new(Semaphore::new(2)));
    let service = HealthLayer::new(&health).layer(limit);
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let mut service = service.clone();
        requests.spawn(async move {
            service
                .ready()
                .await
                .unwrap()
                .call(get("/orders"))
                .await
                .is_ok()
        });
    }
    assert!(requests.join_all().await.into_iter().all(|ok| ok));
    assert_eq!(health.in_flight().count(), 0);
}
