//! Very many probes: pipelined, in pieces, on one connection and on many.

use integration_tests::http2::Http2;
use integration_tests::wire::Wire;

use crate::garbage::{APP, NOT_ALLOWED, OK, host};

#[tokio::test(flavor = "multi_thread")]
async fn pipelined_probes_are_answered_in_their_order() {
    let host = host().await;
    let mut wire = Wire::connect(host.addr()).await;
    let asked = [
        ("GET /health/live", OK),
        ("GET /orders", APP),
        ("POST /health/live", NOT_ALLOWED),
        ("GET /health/ready/", OK),
        ("GET /health/external", APP),
    ];
    let batch: String = asked
        .iter()
        .map(|(line, _)| format!("{line} HTTP/1.1\r\nhost: test\r\n\r\n"))
        .collect();
    wire.send(batch.repeat(20)).await;
    for _ in 0..20 {
        for (line, expected) in asked {
            assert_eq!(wire.answer().await.plain(), expected, "{line}");
        }
    }
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_on_one_connection() {
    let host = host().await;
    let mut wire = Wire::connect(host.addr()).await;
    let batch = "GET /health/live HTTP/1.1\r\nhost: test\r\n\r\n".repeat(100);
    for _ in 0..50 {
        wire.send(&batch).await;
        for _ in 0..100 {
            assert_eq!(wire.answer().await.plain(), OK);
        }
    }
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_that_arrives_byte_by_byte() {
    let host = host().await;
    let mut wire = Wire::connect(host.addr()).await;
    for byte in b"GET /health/live HTTP/1.1\r\nhost: test\r\n\r\n" {
        wire.send([*byte]).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(wire.answer().await.plain(), OK);
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn http_1_0_closes_unless_it_is_asked_not_to() {
    let host = host().await;
    let mut wire = Wire::connect(host.addr()).await;
    for _ in 0..3 {
        wire.send("GET /health/live HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")
            .await;
        assert_eq!(wire.answer().await.plain(), OK);
    }
    wire.send("HEAD /health/live HTTP/1.0\r\n\r\n").await;
    assert_eq!(wire.head().await.status, 200);
    assert_eq!(wire.rest().await, b"");
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_connections_that_ask_and_leave() {
    let host = host().await;
    let addr = host.addr();
    let askers: Vec<_> = (0..100)
        .map(|number| {
            tokio::spawn(async move {
                if number % 2 == 0 {
                    let mut http2 = Http2::connect(addr).await;
                    assert_eq!(http2.text("/health/ready").await, (200, "ok".to_owned()));
                } else {
                    let mut wire = Wire::connect(addr).await;
                    wire.request("GET", "/health/ready").await;
                    // Every other one doesn't wait for the answer.
                    if number % 4 == 1 {
                        assert_eq!(wire.answer().await.plain(), OK);
                    }
                }
            })
        })
        .collect();
    for asker in askers {
        asker.await.unwrap();
    }
    host.stop().await;
}
