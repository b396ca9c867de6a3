//! Ten thousand requests in flight over real sockets: waited for as long as there is time, and ended when there is none.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use health_tower::{Health, HealthLayer, Phase};
use http_body_util::BodyExt as _;
use integration_tests::host::Host;
use integration_tests::http2::Http2;
use integration_tests::patience::{patiently, until};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::shutdown::draining;

/// As many streams as hyper takes on one connection.
const STREAMS: usize = 200;
const CONNECTIONS: usize = 50;
const MANY: usize = STREAMS * CONNECTIONS;

/// What a client got: a status and a text, or nothing.
type Got = Option<(u16, String)>;

struct Crowd {
    health: Health,
    host: Host,
    /// Each lets one request go.
    permits: Arc<Semaphore>,
    answers: JoinSet<Got>,
}

/// All of them have arrived, and hang.
async fn crowd(deadline: Duration) -> Crowd {
    let health = draining(Duration::ZERO, deadline);
    let permits = Arc::new(Semaphore::new(0));
    let orders = {
        let permits = Arc::clone(&permits);
        get(async move || {
            permits.acquire().await.unwrap().forget();
            "orders"
        })
    };
    let app = Router::new().route("/orders/{number}/{name}", orders);
    let host = Host::tracked(&health, app.layer(HealthLayer::new(&health))).await;
    let mut answers = JoinSet::new();
    for connection in 0..CONNECTIONS {
        let http2 = Http2::connect(host.addr()).await;
        let first = connection * STREAMS;
        ask(&mut answers, &http2, first..first + STREAMS);
    }
    let arrived = || health.in_flight().count() == MANY;
    until("all of them", arrived).await;
    Crowd {
        health,
        host,
        permits,
        answers,
    }
}

fn ask(answers: &mut JoinSet<Got>, http2: &Http2, numbers: Range<usize>) {
    let long = "x".repeat(200);
    for number in numbers {
        let (mut http2, path) = (http2.clone(), format!("/orders/{number}/{long}"));
        answers.spawn(async move {
            let response = http2.ask(&path).await.ok()?;
            let status = response.status().as_u16();
            let body = response.collect().await.ok()?.to_bytes();
            Some((status, String::from_utf8(body.into()).ok()?))
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_waits_for_each_of_ten_thousand_streams() {
    // Nobody waits for that long.
    let mut crowd = crowd(Duration::from_secs(7200)).await;
    crowd.health.shutdown();
    patiently("closing", crowd.health.closing()).await;
    let now = crowd.health.snapshot();
    assert_eq!((now.in_flight(), now.connections()), (MANY, CONNECTIONS));
    for released in [MANY / 2, MANY / 2 - 1] {
        crowd.permits.add_permits(released);
        for _ in 0..released {
            let answer = patiently("an answer", crowd.answers.join_next()).await;
            let got = answer.unwrap().unwrap();
            assert_eq!(got, Some((200, "orders".to_owned())));
        }
        assert_eq!(crowd.health.snapshot().phase(), Phase::Closing);
    }
    until("the last", || crowd.health.in_flight().count() == 1).await;
    crowd.permits.add_permits(1);
    let last = patiently("an answer", crowd.answers.join_next()).await;
    assert!(last.unwrap().unwrap().is_some());
    let report = crowd.host.report().await;
    assert!(report.is_clean(), "{report}");
}

/// Each is told so, if there is time for it; if not, its connection is reset.
#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_streams_are_ended_at_the_deadline_and_a_hundred_named() {
    let deadline = Duration::from_secs(2);
    let mut crowd = crowd(deadline).await;
    let began = Instant::now();
    crowd.health.shutdown();
    let report = crowd.host.report().await;
    let took = began.elapsed();
    assert!(took >= deadline, "{report}");
    assert_eq!((report.remaining, report.connections), (MANY, CONNECTIONS));
    assert_eq!(report.unfinished.len(), 100);
    for one in &report.unfinished {
        let (what, long) = (one.what(), "GET /orders/".len() + 104);
        assert!(what.starts_with("GET /orders/") && what.len() <= long);
    }
    let text = report.to_string();
    assert!(text.contains("10000 still in flight, 50 connections open"));
    assert!(text.len() < 2000, "{text}");
    let mut told = 0;
    while let Some(answer) = patiently("every end", crowd.answers.join_next()).await {
        if let Some(got) = answer.unwrap() {
            assert_eq!(got, (503, "unavailable".to_owned()));
            told += 1;
        }
    }
    println!("{told} of {MANY} were told; it took {took:?}");
    assert!(told > 0, "{report}");
    let now = crowd.health.snapshot();
    assert_eq!((now.in_flight(), now.connections()), (0, 0));
}
