use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use health_tower::{Check, Health, HealthLayer, ProbePaths, ProbeService};
use http::{Method, Request, Response};
use http_body::Body;
use http_body_util::{BodyExt as _, Empty, StreamBody};
use tokio_test::{assert_pending, assert_ready_ok, task};
use tower::{Layer as _, Service as _, ServiceExt as _};

use crate::gate::{Gate, get, health, layered};

fn asked(method: Method, path: &str) -> Request<Empty<Bytes>> {
    Request::builder()
        .method(method)
        .uri(path)
        .body(Empty::new())
        .unwrap()
}

async fn text(response: Response<impl Body<Data = Bytes, Error: std::fmt::Debug>>) -> String {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn the_answers_are_plain_and_the_same_from_both_services() {
    let (health, layered, _semaphore) = layered(1);
    let alone = ProbeService::new(&HealthLayer::new(&health));
    for (method, path, status, body) in [
        (Method::GET, "/health/live", 200, "ok"),
        (Method::GET, "/health/ready?verbose=1", 200, "ok"),
        (Method::GET, "http://pod:8080/health/ready/", 200, "ok"),
        (Method::HEAD, "/health/ready", 200, ""),
        (Method::POST, "/health/ready", 405, "method not allowed"),
        (Method::OPTIONS, "/health/live", 405, "method not allowed"),
    ] {
        let one = layered
            .clone()
            .oneshot(asked(method.clone(), path))
            .await
            .unwrap();
        let other = alone
            .clone()
            .oneshot(asked(method.clone(), path))
            .await
            .unwrap();
        assert_eq!(one.status(), status, "{method} {path}");
        assert_eq!(
            (one.status(), one.headers()),
            (other.status(), other.headers())
        );
        assert_eq!(one.headers()["cache-control"], "no-store");
        assert_eq!(one.headers()["x-content-type-options"], "nosniff");
        assert_eq!(one.headers()["content-type"], "text/plain; charset=utf-8");
        assert_eq!(one.headers().get("allow").is_some(), status == 405);
        if method == Method::HEAD {
            assert_eq!(one.headers()["content-length"], "2");
        }
        assert_eq!(text(one).await, body);
        assert_eq!(text(other).await, body);
    }
    assert_eq!(health.in_flight().count(), 0);
}

#[tokio::test]
async fn a_shutdown_turns_readiness_only() {
    let (health, service, _semaphore) = layered(1);
    health.shutdown();
    let ready = service.clone().oneshot(get("/health/ready")).await.unwrap();
    assert_eq!(ready.status(), 503);
    assert_eq!(ready.headers()["retry-after"], "5");
    assert_eq!(text(ready).await, "unavailable");
    let live = service.clone().oneshot(get("/health/live")).await.unwrap();
    assert_eq!(live.status(), 200);
    assert_eq!(
        service
            .oneshot(get("/health/startup"))
            .await
            .unwrap()
            .status(),
        200
    );
}

#[tokio::test]
async fn an_undeclared_external_probe_is_the_applications() {
    let (health, service, _semaphore) = layered(1);
    let passed = service.oneshot(get("/health/external")).await.unwrap();
    assert_eq!(text(passed).await, "/health/external");
    let alone = ProbeService::new(&HealthLayer::new(&health));
    assert_eq!(
        alone
            .oneshot(get("/health/external"))
            .await
            .unwrap()
            .status(),
        404
    );
}

#[tokio::test]
async fn own_paths_replace_the_default_ones() {
    let health = health();
    let paths = ProbePaths::none().live("/ping").ready("/traffic");
    let layer = HealthLayer::builder(&health).paths(paths).build().unwrap();
    let (gate, _semaphore) = Gate::new(1);
    let service = layer.layer(gate);
    assert_eq!(
        text(service.clone().oneshot(get("/ping")).await.unwrap()).await,
        "ok"
    );
    let passed = service.oneshot(get("/health/live")).await.unwrap();
    assert_eq!(text(passed).await, "/health/live");
}

/// The application may be dropped from `main`'s scope by its server; what it was made from may be gone as well.
#[tokio::test(start_paused = true)]
async fn a_service_keeps_its_checks_running() {
    let check = Check::readiness("database", || async { true });
    let health = Health::builder()
        .linked(false)
        .check(check)
        .start()
        .unwrap();
    let (gate, _semaphore) = Gate::new(1);
    let service = HealthLayer::new(&health).layer(gate);
    drop(health);
    tokio::time::sleep(Duration::from_secs(60)).await;
    let ready = service.clone().oneshot(get("/health/ready")).await.unwrap();
    assert_eq!(ready.status(), 200);
    let orphan = service.clone();
    drop(service);
    tokio::time::sleep(Duration::from_secs(60)).await;
    let orphaned = orphan.oneshot(get("/health/ready")).await.unwrap();
    assert_eq!(orphaned.status(), 503, "a 200 that nobody checks");
}

/// As tests of applications do it: the router, and with it the last `Health`, is gone when the answer is made.
#[tokio::test]
async fn a_probe_of_an_application_that_is_asked_once_is_answered() {
    let (health, service, _semaphore) = layered(1);
    drop(health);
    assert_eq!(
        service
            .oneshot(get("/health/ready"))
            .await
            .unwrap()
            .status(),
        200
    );
}

#[tokio::test(start_paused = true)]
async fn a_probes_body_is_read_and_thrown_away_within_bounds() {
    type Frame = Result<http_body::Frame<Bytes>, std::io::Error>;
    let alone = ProbeService::new(&HealthLayer::new(&health()));
    let ask = |body| ask_any(&alone, body);
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel::<Frame>();
    let mut finishes = ask(StreamBody::new(
        tokio_stream::wrappers::UnboundedReceiverStream::new(receiver),
    ));
    assert_pending!(finishes.poll());
    sender
        .send(Ok(http_body::Frame::data(Bytes::from_static(b"why?"))))
        .unwrap();
    assert_pending!(finishes.poll());
    drop(sender);
    assert_eq!(assert_ready_ok!(finishes.poll()).status(), 405);

    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel::<Frame>();
    let mut never_ends = ask(StreamBody::new(
        tokio_stream::wrappers::UnboundedReceiverStream::new(receiver),
    ));
    assert_pending!(never_ends.poll());
    tokio::time::advance(std::time::Duration::from_secs(1)).await;
    assert!(never_ends.is_woken());
    assert_eq!(assert_ready_ok!(never_ends.poll()).status(), 405);
    drop(sender);

    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel::<Frame>();
    let mut floods = ask(StreamBody::new(
        tokio_stream::wrappers::UnboundedReceiverStream::new(receiver),
    ));
    for _ in 0..3 {
        sender
            .send(Ok(http_body::Frame::data(Bytes::from(vec![0; 1 << 20]))))
            .unwrap();
    }
    assert_eq!(assert_ready_ok!(floods.poll()).status(), 405);

    // Empty frames without end: no bytes to count.
    let mut empties = ask_any(
        &alone,
        StreamBody::new(tokio_stream::iter(std::iter::repeat_with(empty))),
    );
    let answered = (0..100_000).find_map(|_| match empties.poll() {
        Poll::Ready(answer) => Some(answer.unwrap().status()),
        Poll::Pending => None,
    });
    assert_eq!(answered.unwrap(), 405);

    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel::<Frame>();
    let mut breaks = ask(StreamBody::new(
        tokio_stream::wrappers::UnboundedReceiverStream::new(receiver),
    ));
    sender.send(Err(std::io::Error::other("reset"))).unwrap();
    assert_eq!(assert_ready_ok!(breaks.poll()).status(), 405);
}

fn empty() -> Result<http_body::Frame<Bytes>, std::io::Error> {
    Ok(http_body::Frame::data(Bytes::new()))
}

fn ask_any<B: Body>(service: &ProbeService, body: B) -> task::Spawn<health_tower::ProbeFuture<B>> {
    let request = Request::post("/health/live").body(body).unwrap();
    task::spawn(service.clone().call(request))
}

#[test]
fn a_layer_can_be_made_outside_a_runtime() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let health = Health::builder()
        .linked(false)
        .runtime(runtime.handle().clone())
        .start()
        .unwrap();
    let mut alone = ProbeService::new(&HealthLayer::new(&health));
    let post = Request::post("/health/live")
        .body(String::from("no clock here"))
        .unwrap();
    assert_eq!(
        assert_ready_ok!(task::spawn(alone.call(post)).poll()).status(),
        405
    );
}
