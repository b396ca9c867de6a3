//! Clients that a probe server has to bear.

use health_tower::{HealthLayer, ProbeServer};
use integration_tests::host::healthy;
use integration_tests::http2::Http2;
use integration_tests::wire::Wire;

use crate::probe_server::OK;

#[tokio::test]
async fn whoever_comes_last_gets_in_and_whoever_was_first_goes() {
    let health = healthy();
    let layer = HealthLayer::new(&health);
    let probes = ProbeServer::new(&layer).bind("127.0.0.1:0").unwrap();
    let addr = probes.local_addrs()[0];
    let mut idle = Vec::new();
    for number in 0..300 {
        let mut wire = Wire::connect(addr).await;
        // Who never asks is closed after five seconds, which a busy machine may take for this.
        assert_eq!(wire.get("/health/live").await.plain(), OK);
        if number % 2 == 1 {
            wire.send("GET /health/li").await;
        }
        idle.push(wire);
    }
    let mut fresh = Wire::connect(addr).await;
    assert_eq!(fresh.get("/health/live").await.plain(), OK);
    // 301 have come, 256 may stay.
    for wire in idle.iter_mut().take(45) {
        assert_eq!(wire.rest().await, b"");
    }
    for (number, wire) in idle.iter_mut().enumerate().skip(45) {
        if number % 2 == 1 {
            wire.send("ve HTTP/1.1\r\nhost: test\r\n\r\n").await;
        } else {
            wire.request("GET", "/health/live").await;
        }
        assert_eq!(wire.answer().await.plain(), OK);
    }
}

#[tokio::test]
async fn half_a_head_keeps_nobody_waiting() {
    let health = healthy();
    let layer = HealthLayer::new(&health);
    let probes = ProbeServer::new(&layer).bind("127.0.0.1:0").unwrap();
    let addr = probes.local_addrs()[0];
    let mut slow = Wire::connect(addr).await;
    assert_eq!(slow.get("/health/live").await.plain(), OK);
    let head = "GET /health/live HTTP/1.1\r\nhost: test\r\n\r\n";
    for byte in head.as_bytes() {
        slow.send([*byte]).await;
        let mut other = Wire::connect(addr).await;
        assert_eq!(other.get("/health/live").await.plain(), OK);
    }
    assert_eq!(slow.answer().await.plain(), OK);
}

#[tokio::test]
async fn garbage_harms_nobody_else() {
    let health = healthy();
    let layer = HealthLayer::new(&health);
    let probes = ProbeServer::new(&layer).bind("127.0.0.1:0").unwrap();
    let addr = probes.local_addrs()[0];
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(100_000));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(3_000));
    let garbage: [&[u8]; 7] = [
        b"\0\0\0\0\0\0\0\0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"PRI * HTTP/2.0\r\n\r\nSX",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        long.as_bytes(),
        many.as_bytes(),
    ];
    for bytes in garbage {
        let mut wire = Wire::connect(addr).await;
        let _hung_up_already = wire.try_send(bytes).await;
        let answer = wire.try_answer().await;
        let refused =
            answer.is_err() || answer.is_ok_and(|answer| (400..500).contains(&answer.status));
        assert!(refused, "{}", bytes[..20.min(bytes.len())].escape_ascii());
        let mut other = Wire::connect(addr).await;
        assert_eq!(other.get("/health/live").await.plain(), OK);
        let mut other = Http2::connect(addr).await;
        assert_eq!(other.text("/health/live").await.0, 200);
    }
}

#[tokio::test]
async fn a_body_by_mistake_is_read_and_answered() {
    let health = healthy();
    let layer = HealthLayer::new(&health);
    let probes = ProbeServer::new(&layer).bind("127.0.0.1:0").unwrap();
    let mut wire = Wire::connect(probes.local_addrs()[0]).await;
    for _ in 0..2 {
        wire.send("GET /health/live HTTP/1.1\r\nhost: test\r\ncontent-length: 100000\r\n\r\n")
            .await;
        wire.send(vec![b'x'; 100_000]).await;
        assert_eq!(wire.answer().await.plain(), OK);
    }
}
