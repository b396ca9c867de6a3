//! Details over real sockets: to whom they don't belong, a server that has them sends what one without them sends.

use std::net::SocketAddr;

use axum::Router;
use bytes::Bytes;
use health_tower::{Check, CheckState, Details, Health, HealthLayer};
use http::{HeaderMap, Request};
use http_body_util::{BodyExt as _, Empty};
use integration_tests::host::{builder, serve};
use integration_tests::http2::Http2;
use integration_tests::patience::until_snapshot;
use integration_tests::wire::Wire;
use tower::Layer as _;

const SECRET: &str = "postgres://orders:hunter2@db-7.internal:5432";
const JSON: &str = "application/health+json";
const PATHS: [&str; 6] = [
    "/health/ready",
    "/health/ready?verbose",
    "/health/live?verbose",
    "/health/startup?verbose",
    "/health/external?verbose",
    "/health/ready?verbose&token=t0ken",
];
const WRONG: [&str; 5] = [
    "",
    "Bearer",
    "Bearer t0ke",
    "Basic t0ken",
    "Bearer t0ken, t0ken",
];

/// Two servers for one service: with details, and without.
async fn serve_both() -> (Health, [SocketAddr; 2]) {
    let name = format!("database {SECRET}");
    let check = Check::readiness(name, || async { Err::<(), _>(SECRET) });
    let external = Check::external("the way in", || async { Err::<(), _>(SECRET) });
    let health = builder().check(check.fail_after(1));
    let health = health.check(external.fail_after(1)).start().unwrap();
    until_snapshot(&health, "both to fail", |now| {
        now.checks().all(|check| check.state() == CheckState::Down)
    })
    .await;
    let guarded = HealthLayer::builder(&health).details(Details::bearer_token("t0ken"));
    let guarded = guarded.build().unwrap().layer(Router::new());
    let plain = HealthLayer::new(&health).layer(Router::new());
    let addrs = [serve(guarded).await, serve(plain).await];
    (health, addrs)
}

/// All bytes of an answer but the date.
async fn raw(addr: SocketAddr, method: &str, path: &str, headers: &str) -> String {
    let mut wire = Wire::connect(addr).await;
    let head = format!("{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{headers}");
    wire.send(head + "\r\n").await;
    let bytes = String::from_utf8(wire.rest().await).unwrap();
    let lines = bytes.split_inclusive("\r\n");
    let timeless = lines.filter(|line| !line.to_lowercase().starts_with("date: "));
    timeless.collect()
}

#[tokio::test]
async fn leaky_information_over_http1_the_bytes_are_the_same_without_the_token() {
    let (_health, [guarded, plain]) = serve_both().await;
    for path in PATHS {
        for method in ["GET", "HEAD", "POST", "OPTIONS"] {
            for token in WRONG {
                let headers = format!("accept: {JSON}\r\nauthorization: {token}\r\n");
                let answer = raw(guarded, method, path, &headers).await;
                let expected = raw(plain, method, path, &headers).await;
                assert_eq!(answer, expected, "{method} {path} {token}");
                assert!(answer.starts_with("HTTP/1.1 ") && !answer.contains("hunter2"));
            }
        }
        let twice = "authorization: Bearer t0ken\r\n".repeat(2);
        let answer = raw(guarded, "GET", path, &twice).await;
        assert_eq!(answer, raw(plain, "GET", path, "").await, "{path}");
    }
}

#[tokio::test]
async fn over_http1_the_token_opens() {
    let (_health, [guarded, plain]) = serve_both().await;
    let headers = format!("accept: {JSON}\r\nauthorization: Bearer t0ken\r\n");
    let answer = raw(guarded, "GET", "/health/ready", &headers).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("content-type: application/health+json\r\n"));
    assert!(
        answer.contains(&format!("\"output\":\"{SECRET}\"")),
        "{answer}"
    );
    let closed = raw(plain, "GET", "/health/ready", &headers).await;
    assert!(closed.ends_with("\r\n\r\nunavailable"), "{closed}");
}

type Whole = (u16, HeaderMap, Bytes, Option<HeaderMap>);

async fn whole(http2: &mut Http2, path: &str, tokens: &[&str]) -> Whole {
    let mut request = Request::get(format!("http://test{path}")).header("accept", JSON);
    for token in tokens {
        request = request.header("authorization", *token);
    }
    let request = request.body(Empty::new()).unwrap();
    let (parts, body) = http2.send(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap();
    let (mut headers, trailers) = (parts.headers, body.trailers().cloned());
    headers.remove("date");
    (parts.status.as_u16(), headers, body.to_bytes(), trailers)
}

#[tokio::test]
async fn leaky_information_over_http2_the_answer_is_the_same_without_the_token() {
    let (_health, [guarded, plain]) = serve_both().await;
    let mut guarded = Http2::connect(guarded).await;
    let mut plain = Http2::connect(plain).await;
    for path in PATHS {
        let twice = ["Bearer t0ken"; 2];
        let wrong = WRONG.iter().map(std::slice::from_ref);
        for tokens in wrong.chain([&[][..], &twice]) {
            let answer = whole(&mut guarded, path, tokens).await;
            let expected = whole(&mut plain, path, tokens).await;
            assert_eq!(answer, expected, "{path} {tokens:?}");
            assert!(!format!("{answer:?}").contains("hunter2"));
        }
    }
    let right = ["Bearer t0ken"];
    let (status, headers, body, _) = whole(&mut guarded, "/health/ready", &right).await;
    assert_eq!(
        (status, headers["content-type"].as_bytes()),
        (503, JSON.as_bytes())
    );
    assert_eq!(headers["content-length"], body.len().to_string());
    assert!(String::from_utf8(body.into()).unwrap().contains(SECRET));
    let closed = whole(&mut plain, "/health/ready", &right).await;
    assert_eq!(closed.2, "unavailable");
}
