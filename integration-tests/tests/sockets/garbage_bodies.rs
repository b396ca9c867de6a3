//! Bodies that nobody asked for, on a probe's path: the answer can always be read.

use std::convert::Infallible;

use http::Request;
use http_body_util::{BodyExt, Full};
use integration_tests::http2::Http2;
use integration_tests::patience::patiently;
use integration_tests::tap::tap;
use integration_tests::wire::Wire;

use crate::garbage::{NOT_ALLOWED, OK, host};

const MEGABYTE: usize = 1 << 20;

fn head(method: &str, headers: &str) -> String {
    format!("{method} /health/live HTTP/1.1\r\nhost: test\r\n{headers}\r\n\r\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_megabyte_is_read_before_the_answer() {
    let host = host().await;
    let mut wire = Wire::connect(host.addr()).await;
    for (method, expected) in [
        ("POST", NOT_ALLOWED),
        ("GET", OK),
        ("PUT", NOT_ALLOWED),
        ("GET", OK),
    ] {
        wire.send(head(method, &format!("content-length: {MEGABYTE}")))
            .await;
        wire.send(vec![b'x'; MEGABYTE]).await;
        // The same connection goes on: nothing of the body was left in it.
        assert_eq!(wire.answer().await.plain(), expected, "{method}");
    }
    wire.send(head("POST", "transfer-encoding: chunked")).await;
    for _ in 0..16 {
        wire.send("10000\r\n").await;
        wire.send(vec![b'x'; 0x10000]).await;
        wire.send("\r\n").await;
    }
    wire.send("0\r\nx-trailer: yes\r\n\r\n").await;
    assert_eq!(wire.answer().await.plain(), NOT_ALLOWED);
    assert_eq!(wire.get("/health/live").await.plain(), OK);
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_anybody_reads_does_no_harm() {
    let host = host().await;
    let mut wire = Wire::connect(host.addr()).await;
    let length = 64 * MEGABYTE;
    wire.send(head("POST", &format!("content-length: {length}")))
        .await;
    let refused = wire.try_send(vec![b'x'; length]).await;
    assert!(refused.is_err(), "the server stops reading");
    if let Ok(answer) = wire.try_answer().await {
        assert_eq!(answer.plain(), NOT_ALLOWED);
    }
    let mut wire = Wire::connect(host.addr()).await;
    assert_eq!(wire.get("/health/live").await.plain(), OK);
    host.stop().await;
}

#[tokio::test]
async fn a_body_that_never_ends_is_not_waited_for() {
    let host = host().await;
    let begun = head("POST", "content-length: 10") + "x";
    let silent = head("POST", "content-length: 10");
    let chunked = head("POST", "transfer-encoding: chunked") + "5\r\nhal";
    let get = head("GET", "content-length: 10") + "x";
    let rows = [
        (begun, NOT_ALLOWED),
        (silent, NOT_ALLOWED),
        (chunked, NOT_ALLOWED),
        (get, OK),
    ];
    let mut wires = Vec::new();
    for (bytes, expected) in rows {
        let mut wire = Wire::connect(host.addr()).await;
        wire.send(&bytes).await;
        wires.push((wire, bytes, expected));
    }
    for (mut wire, bytes, expected) in wires {
        assert_eq!(wire.answer().await.plain(), expected, "{bytes}");
        assert_eq!(wire.rest().await, b"", "the connection can't be used again");
    }
    host.stop().await;
}

#[tokio::test]
async fn whoever_expects_100_continue_gets_it_and_then_the_answer() {
    let host = host().await;
    let expecting = head("POST", "content-length: 4\r\nexpect: 100-continue");
    let mut wire = Wire::connect(host.addr()).await;
    for _ in 0..3 {
        wire.send(&expecting).await;
        assert_eq!(wire.head().await.status, 100);
        wire.send("body").await;
        assert_eq!(wire.answer().await.plain(), NOT_ALLOWED);
    }
    // Without the body, after all.
    wire.send(&expecting).await;
    assert_eq!(wire.head().await.status, 100);
    assert_eq!(wire.answer().await.plain(), NOT_ALLOWED);
    host.stop().await;
}

#[tokio::test]
async fn a_body_that_breaks_or_is_broken_off() {
    let host = host().await;
    let mut wire = Wire::connect(host.addr()).await;
    wire.send(head("POST", "transfer-encoding: chunked") + "ZZ\r\n")
        .await;
    assert_eq!(wire.answer().await.plain(), NOT_ALLOWED);
    let mut wire = Wire::connect(host.addr()).await;
    wire.send(head("POST", "content-length: 10") + "half").await;
    drop(wire);
    // Both lengths at once: what follows must not be taken for a request of its own.
    let mut wire = Wire::connect(host.addr()).await;
    let both = head("POST", "content-length: 51\r\ntransfer-encoding: chunked");
    wire.send(both + "0\r\n\r\nGET /health/ready HTTP/1.1\r\nhost: test\r\n\r\n")
        .await;
    let answers = wire.rest().await;
    let count = answers
        .windows(9)
        .filter(|window| window == b"HTTP/1.1 ")
        .count();
    assert_eq!(count, 1, "{}", answers.escape_ascii());
    let mut wire = Wire::connect(host.addr()).await;
    assert_eq!(wire.get("/health/live").await.plain(), OK);
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_over_http2() {
    let host = host().await;
    let mut http2 = Http2::connect(host.addr()).await;
    let post = || Request::post("http://test/health/live");
    let megabyte = Full::from(vec![b'x'; MEGABYTE]);
    let response = http2.send(post().body(megabyte).unwrap()).await.unwrap();
    let body = patiently("the answer", response.collect()).await.unwrap();
    assert_eq!(body.to_bytes(), "method not allowed");

    let (_open, endless) = tap::<Infallible>();
    let response = http2.send(post().body(endless).unwrap()).await.unwrap();
    assert_eq!(response.status(), 405);
    assert_eq!(http2.text("/health/live").await, (200, "ok".to_owned()));
    host.stop().await;
}
