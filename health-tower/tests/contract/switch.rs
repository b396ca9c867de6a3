//! The drain switch: who turns it, what it answers, and that nobody else can tell that it is there.

use bytes::Bytes;
use health_tower::{
    DrainSwitch, Health, HealthLayer, HealthService, Phase, Probe, ProbePaths, ProbeService,
};
use http::{Method, Request, Response};
use http_body_util::{BodyExt as _, Empty, Full};
use tower::{Layer as _, ServiceExt as _};

use crate::gate::{Gate, health};

const TOKEN: &str = "s3cret";

fn switched() -> (Health, HealthService<Gate>, ProbeService) {
    let health = health();
    let layer = HealthLayer::builder(&health).drain_switch(DrainSwitch::bearer_token(TOKEN));
    let layer = layer.build().unwrap();
    let (gate, _semaphore) = Gate::new(1);
    (health, layer.layer(gate), ProbeService::new(&layer))
}

fn request(method: Method, path: &str, token: Option<&str>) -> Request<Empty<Bytes>> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.body(Empty::new()).unwrap()
}

/// The status, and the text.
async fn turn(service: &HealthService<Gate>, path: &str) -> (u16, String) {
    let request = request(Method::POST, path, Some(TOKEN));
    let answer = service.clone().oneshot(request).await.unwrap();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(
        answer.headers()["content-type"],
        "text/plain; charset=utf-8"
    );
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn said(status: u16, text: &str) -> (u16, String) {
    (status, text.to_owned())
}

#[tokio::test]
async fn the_token_drains_and_resumes() {
    let (health, service, _alone) = switched();
    for _ in 0..2 {
        assert_eq!(turn(&service, "/health/drain").await, said(200, "draining"));
        assert!(!health.status(Probe::Readiness).is_up());
        assert!(health.snapshot().maintenance().is_some());
    }
    for _ in 0..2 {
        assert_eq!(turn(&service, "/health/resume").await, said(200, "serving"));
        assert!(health.status(Probe::Readiness).is_up());
    }
    assert_eq!(health.in_flight().count(), 0);
}

#[tokio::test]
async fn start_up_and_a_shutdown_are_told_as_they_are() {
    let (health, service, _alone) = switched();
    let warm = health.startup_task("warm cache");
    turn(&service, "/health/drain").await;
    assert_eq!(
        turn(&service, "/health/resume").await,
        said(200, "starting")
    );
    warm.done();
    health.shutdown();
    assert_eq!(
        turn(&service, "/health/resume").await,
        said(409, "draining")
    );
    assert_eq!(turn(&service, "/health/drain").await, said(200, "draining"));
    health.run(async { std::io::Result::Ok(()) }).await.unwrap();
    assert_eq!(turn(&service, "/health/drain").await, said(200, "closed"));
    assert_eq!(turn(&service, "/health/resume").await, said(409, "closed"));
}

/// Head and body, whatever they are.
async fn whole(answer: Response<impl http_body::Body<Data = Bytes>>) -> (String, Bytes) {
    let head = format!("{:?} {:?}", answer.status(), answer.headers());
    let body = answer.into_body().collect().await.ok().unwrap();
    (head, body.to_bytes())
}

#[tokio::test]
async fn nobody_else_can_tell_that_there_is_a_switch() {
    let (health, service, alone) = switched();
    let plain = HealthLayer::new(&health);
    let (gate, _semaphore) = Gate::new(1);
    let (bare, bare_alone) = (plain.layer(gate), ProbeService::new(&plain));
    for path in ["/health/drain", "/health/resume", "/health/drain/"] {
        for (method, token) in [
            (Method::POST, None),
            (Method::POST, Some("")),
            (Method::POST, Some("s3cre")),
            (Method::POST, Some("s3cret2")),
            (Method::GET, Some(TOKEN)),
            (Method::HEAD, Some(TOKEN)),
            (Method::PUT, Some(TOKEN)),
            (Method::OPTIONS, Some(TOKEN)),
        ] {
            let ask = || request(method.clone(), path, token);
            let with = service.clone().oneshot(ask()).await.unwrap();
            let without = bare.clone().oneshot(ask()).await.unwrap();
            assert_eq!(whole(with).await, whole(without).await, "{method} {path}");
            let with = alone.clone().oneshot(ask()).await.unwrap();
            let without = bare_alone.clone().oneshot(ask()).await.unwrap();
            assert_eq!(whole(with).await, whole(without).await, "{method} {path}");
        }
    }
    assert_eq!(health.snapshot().phase(), Phase::Serving);
}

#[tokio::test]
async fn the_stand_alone_service_has_it_and_the_query_is_ignored() {
    let (health, _service, alone) = switched();
    let ask = request(Method::POST, "/health/drain/?now", Some(TOKEN));
    assert_eq!(alone.oneshot(ask).await.unwrap().status(), 200);
    assert_eq!(health.snapshot().phase(), Phase::Draining);
}

#[tokio::test]
async fn a_body_is_thrown_away_and_the_switch_is_turned_at_once() {
    let (health, _service, mut alone) = switched();
    let ask = request(Method::POST, "/health/drain", Some(TOKEN));
    let ask = ask.map(|_| Full::new(Bytes::from_static(b"please")));
    let future = tower::Service::call(&mut alone, ask);
    assert_eq!(health.snapshot().phase(), Phase::Draining);
    assert_eq!(future.await.unwrap().status(), 200);
}

#[tokio::test]
async fn own_paths_and_all_that_is_wrong_with_them_at_once() {
    let health = health();
    let build = |switch: DrainSwitch| {
        let layer = HealthLayer::builder(&health).paths(ProbePaths::short());
        layer.drain_switch(switch).build()
    };
    let switch = DrainSwitch::bearer_token(TOKEN)
        .drain_path("/ops/drain")
        .resume_path("/ops/resume");
    let (gate, _semaphore) = Gate::new(1);
    let service = build(switch).unwrap().layer(gate);
    assert_eq!(turn(&service, "/ops/drain").await, said(200, "draining"));

    let wrong = DrainSwitch::bearer_token("")
        .drain_path("/live")
        .resume_path("resume");
    let error = build(wrong).unwrap_err();
    let problems: Vec<_> = error.problems().collect();
    assert_eq!(problems.len(), 3, "{error}");
    for part in [
        "\"/live\" is the path of liveness and of drain switch",
        "the resume switch path \"resume\" must begin with `/`",
        "the token for the drain switch is empty",
    ] {
        assert!(error.to_string().contains(part), "{part} is not in {error}");
    }
    let same = DrainSwitch::bearer_token(TOKEN)
        .drain_path("/ops")
        .resume_path("/ops");
    assert!(build(same).is_err());
}

/// The lever is leaked with the layer; the service must not live on because of it.
#[tokio::test]
async fn a_switch_does_not_keep_a_service_alive() {
    let (health, service, alone) = switched();
    let mut changes = health.subscribe();
    let weak = health.downgrade();
    drop((health, service, alone));
    assert!(weak.upgrade().is_none());
    while changes.changed().await.is_some() {}
}
