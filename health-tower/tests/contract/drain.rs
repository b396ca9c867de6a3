//! What a drain wants of requests that are under way, and of those that come late.

use std::convert::Infallible;
use std::future::pending;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use health_tower::{
    BoxError, CutShort, DrainPolicy, DrainReport, Health, HealthBody, HealthLayer, Unfinished,
};
use http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use http::{Request, Response, Version};
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Empty};
use tokio::task::JoinHandle;
use tower::{Layer as _, Service, ServiceExt as _, service_fn};

use crate::gate::Gate;

const SECOND: Duration = Duration::from_secs(1);

/// A body that never ends: it has a frame each time, or none after the first.
#[derive(Clone, Copy, Debug)]
enum Endless {
    Floods,
    Waits { begun: bool },
}

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut *self {
            Self::Waits { begun: true } => return Poll::Pending,
            Self::Waits { begun } => *begun = true,
            Self::Floods => {}
        }
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"more")))))
    }
}

fn health(policy: DrainPolicy) -> Health {
    let builder = Health::builder().linked(false).drain(policy);
    builder.start().unwrap()
}

/// Begins a shutdown, of a server that ends when it should.
fn shut_down(health: &Health) -> JoinHandle<DrainReport> {
    health.shutdown();
    let health = health.clone();
    tokio::spawn(async move {
        let closing = health.closing();
        let server = async {
            closing.await;
            Ok::<_, Infallible>(())
        };
        health.run(server).await.unwrap()
    })
}

fn get(path: &str) -> Request<Empty<Bytes>> {
    Request::get(path).body(Empty::new()).unwrap()
}

fn grpc(path: &str) -> Request<Empty<Bytes>> {
    let request = Request::post(path).version(Version::HTTP_2);
    let request = request.header(CONTENT_TYPE, "application/grpc");
    request.body(Empty::new()).unwrap()
}

/// Each response has this body; a path that hangs has none.
fn service(
    health: &Health,
    body: Endless,
) -> impl Service<
    Request<Empty<Bytes>>,
    Response = Response<HealthBody<Endless>>,
    Error = Infallible,
    Future: Send,
> + Clone
+ use<> {
    HealthLayer::new(health).layer(service_fn(move |request: Request<_>| async move {
        if request.uri().path() == "/hangs" {
            pending::<()>().await;
        }
        Ok::<_, Infallible>(Response::new(body))
    }))
}

fn named(report: &DrainReport) -> Vec<&str> {
    report.unfinished.iter().map(Unfinished::what).collect()
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_hangs_is_ended_at_the_deadline_and_named() {
    let health = health(DrainPolicy::default());
    let service = service(&health, Endless::Floods);
    let plain = tokio::spawn(service.clone().oneshot(get("/hangs?token=secret")));
    let call = tokio::spawn(service.clone().oneshot(grpc("/hangs")));
    tokio::time::sleep(5 * SECOND).await;
    let began = tokio::time::Instant::now();
    let report = shut_down(&health);

    let plain = plain.await.unwrap().unwrap();
    assert_eq!(began.elapsed(), 25 * SECOND);
    assert_eq!(plain.status(), 503);
    assert_eq!(plain.headers()[CONNECTION], "close");
    assert!(plain.headers().contains_key(RETRY_AFTER));
    let call = call.await.unwrap().unwrap();
    assert_eq!(
        (call.status().as_u16(), &call.headers()["grpc-status"]),
        (200, &"14".parse().unwrap())
    );
    assert!(!call.headers().contains_key(CONNECTION) && call.body().is_end_stream());

    let report = report.await.unwrap();
    assert_eq!(
        began.elapsed(),
        25 * SECOND,
        "what was ended is not waited for"
    );
    assert_eq!(report.remaining, 2);
    let mut names = named(&report);
    names.sort_unstable();
    assert_eq!(names, ["GET /hangs", "POST /hangs"]);
    assert_eq!(report.unfinished[0].age(), 30 * SECOND);
    let said = report.to_string();
    assert!(
        said.contains("2 still in flight, and the server had ended: "),
        "{said}"
    );
    assert!(
        said.contains(" /hangs for 30.0 s, ") && !said.contains("secret"),
        "{said}"
    );
    assert_eq!(health.in_flight().count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_end_is_cut_short_at_the_deadline() {
    for body in [Endless::Floods, Endless::Waits { begun: false }] {
        let health = health(DrainPolicy::default());
        let service = service(&health, body);
        let mut plain = service
            .clone()
            .oneshot(get("/events"))
            .await
            .unwrap()
            .into_body();
        let mut call = service.oneshot(grpc("/Watch")).await.unwrap().into_body();
        for body in [&mut plain, &mut call] {
            assert!(body.frame().await.unwrap().unwrap().is_data());
        }
        let report = shut_down(&health);
        let read = async |body: &mut HealthBody<Endless>| loop {
            match body.frame().await.unwrap() {
                Ok(frame) if frame.is_data() => tokio::time::sleep(SECOND).await,
                last => break last,
            }
        };
        let both = async { tokio::join!(read(&mut plain), read(&mut call)) };
        let both = tokio::time::timeout(60 * SECOND, both).await;
        let (plain_end, call_end) = both.expect("it goes on past the deadline");
        let error: BoxError = plain_end.unwrap_err();
        assert!(error.is::<CutShort>(), "{error}");
        let trailers = call_end.unwrap().into_trailers().unwrap();
        assert_eq!(trailers["grpc-status"], "14");
        for body in [&mut plain, &mut call] {
            assert!(body.frame().await.is_none() && body.is_end_stream());
        }
        let report = report.await.unwrap();
        let mut names = named(&report);
        names.sort_unstable();
        assert_eq!(names, ["GET /events", "POST /Watch"], "{body:?}");
        assert_eq!(report.remaining, 2);
    }
}

/// It waits for the inner service to be ready.
#[tokio::test(start_paused = true)]
async fn a_request_that_waits_in_the_queue_is_ended_as_well() {
    let health = health(DrainPolicy::default());
    let (gate, permits) = Gate::new(1);
    let _full = permits.acquire_owned().await.unwrap();
    let mut service = HealthLayer::new(&health).layer(gate);
    let queued = service.ready().await.unwrap().call(get("/queued"));
    let queued = tokio::spawn(queued);
    tokio::task::yield_now().await;
    let report = shut_down(&health).await.unwrap();
    assert_eq!(queued.await.unwrap().unwrap().status(), 503);
    assert_eq!(named(&report), ["GET /queued"]);
}

/// One that waited and ended before is forgotten, wherever it had been put down.
#[tokio::test(start_paused = true)]
async fn only_what_is_left_is_named() {
    let health = health(DrainPolicy::default());
    let service = service(&health, Endless::Waits { begun: false });
    let left = tokio::spawn(service.clone().oneshot(get("/hangs")));
    for path in ["/ended", "/hangs"] {
        let given_up = tokio::time::timeout(SECOND, service.clone().oneshot(get(path))).await;
        drop(given_up);
    }
    let report = shut_down(&health).await.unwrap();
    assert_eq!((named(&report), report.remaining), (vec!["GET /hangs"], 1));
    left.await.unwrap().unwrap();
}

/// A client must fail a handshake whose answer does not say `upgrade` (RFC 6455, 4.1).
#[tokio::test(start_paused = true)]
async fn what_becomes_another_protocol_is_not_told_to_close() {
    let health = health(DrainPolicy::default().lame_duck(Duration::ZERO));
    let service = HealthLayer::new(&health).layer(service_fn(|request: Request<_>| async move {
        let status = match request.uri().path() {
            "/upgrade" => 101,
            _ => 200,
        };
        let response = Response::builder().status(status);
        let response = response.header(CONNECTION, if status == 101 { "upgrade" } else { "x" });
        Ok::<_, Infallible>(response.body(Empty::<Bytes>::new()).unwrap())
    }));
    let hold = health.hold();
    let report = shut_down(&health);
    health.closing().await;
    let said = async |request: Request<Empty<Bytes>>| {
        let response = service.clone().oneshot(request).await.unwrap();
        let values = response.headers().get_all(CONNECTION).iter();
        values
            .map(|value| value.to_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(said(get("/upgrade")).await, ["upgrade"]);
    assert_eq!(
        said(get("/")).await,
        ["x", "close"],
        "the application's is kept"
    );
    let connect = Request::connect("orders:443").body(Empty::new()).unwrap();
    assert_eq!(said(connect).await, ["x"]);
    drop(hold);
    report.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_ends_in_time_is_neither_ended_nor_named() {
    let health = health(DrainPolicy::default());
    let service = service(&health, Endless::Waits { begun: false });
    let body = service.oneshot(get("/events")).await.unwrap().into_body();
    let report = shut_down(&health);
    tokio::time::sleep(20 * SECOND).await;
    drop(body);
    let report = report.await.unwrap();
    assert!(
        report.is_clean() && report.unfinished.is_empty(),
        "{report}"
    );
}

/// Whether a late request is served, told by its status and headers.
async fn late(health: &Health, request: Request<Empty<Bytes>>) -> (u16, bool) {
    let response = service(health, Endless::Floods).oneshot(request).await;
    let response = response.unwrap();
    let refused = response
        .headers()
        .get("grpc-status")
        .is_some_and(|code| code == "14");
    (response.status().as_u16(), refused)
}

#[tokio::test(start_paused = true)]
async fn late_requests_are_served_or_refused_as_the_policy_says() {
    let refuses = health(DrainPolicy::default().refuse_while_closing());
    let serves = health(DrainPolicy::default());
    for health in [&refuses, &serves] {
        let hold = health.hold();
        health.shutdown();
        tokio::time::sleep(9 * SECOND).await;
        assert_eq!(late(health, get("/late")).await, (200, false), "lame duck");
        health.closing().await;
        tokio::time::sleep(SECOND).await;
        drop(hold);
    }
    let hold = refuses.hold();
    assert_eq!(late(&refuses, get("/late")).await, (503, false));
    assert_eq!(late(&refuses, grpc("/late")).await, (200, true));
    assert_eq!(
        refuses.in_flight().count(),
        1,
        "what was refused does not count"
    );
    drop(hold);
    assert_eq!(late(&serves, get("/late")).await, (200, false));
}

#[tokio::test(start_paused = true)]
async fn after_the_deadline_nothing_more_is_begun() {
    let health = health(DrainPolicy::default());
    let hold = health.hold();
    shut_down(&health).await.unwrap();
    assert_eq!(late(&health, get("/late")).await, (503, false));
    drop(hold);
}

/// More and more connections are closed after a response, so that clients go elsewhere one by one.
#[tokio::test(start_paused = true)]
async fn http1_connections_are_closed_more_and_more_over_the_lame_duck() {
    let health = health(DrainPolicy::default());
    let service = service(&health, Endless::Floods);
    let closed = async |version: Version| {
        let mut closed = 0;
        for _ in 0..1000 {
            let request = Request::get("/").version(version);
            let response = service.clone().oneshot(request.body(Empty::new()).unwrap());
            let response = response.await.unwrap();
            closed += usize::from(response.headers().contains_key(CONNECTION));
        }
        closed
    };
    assert_eq!(closed(Version::HTTP_11).await, 0);
    let hold = health.hold();
    let report = shut_down(&health);
    tokio::task::yield_now().await;
    assert_eq!(closed(Version::HTTP_11).await, 0, "it has only begun");
    tokio::time::sleep(SECOND).await;
    let early = closed(Version::HTTP_11).await;
    assert!((20..250).contains(&early), "{early} of 1000 after a tenth");
    tokio::time::sleep(4 * SECOND).await;
    let half = closed(Version::HTTP_11).await;
    assert!((350..650).contains(&half), "{half} of 1000 after a half");
    tokio::time::sleep(5 * SECOND).await;
    assert_eq!(closed(Version::HTTP_11).await, 1000);
    assert_eq!(closed(Version::HTTP_2).await, 0, "GOAWAY is the server's");
    drop(hold);
    report.await.unwrap();
}
