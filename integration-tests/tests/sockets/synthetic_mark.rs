//! A mark can't be forged, guessed or replayed, not even while a synthetic request is under way.

use health_tower::{CheckState, Synthetic};
use integration_tests::host::{Host, healthy, listen};
use integration_tests::patience::patiently;
use integration_tests::wire::Wire;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::synthetic::{application, settled};

#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_is_made_up_is_ordinary_and_passes_untouched() {
    let health = healthy();
    let (app, log, mut gate) = application(&health);
    let host = Host::start(&health, app).await;
    let held = Synthetic::get("/held")
        .timeout("600s")
        .over(format!("http://{}", host.addr()));
    held.start(&health).unwrap();
    let held = gate.held().await;
    let mut wire = Wire::connect(host.addr()).await;
    let forged = format!("{:032x}", u128::MAX / 3);
    let head =
        format!("GET /orders HTTP/1.1\r\nhost: test\r\nx-health-synthetic: {forged}\r\n\r\n");
    wire.send(head).await;
    assert_eq!(wire.answer().await.plain(), (200, "an order"));
    let seen = log.take();
    assert!(!seen[0].marked && seen[0].in_flight == 1, "{seen:?}");
    assert_eq!(seen[0].headers["x-health-synthetic"], forged.as_str());
    held.release();
    settled(&health, "GET /held", CheckState::Up).await;
    host.stop().await;
}

/// Somebody on the way sends what he saw once more: before its answer has come back, and after that. So does a request that leads to
/// another replica look there, which knows none of these numbers.
#[tokio::test(flavor = "multi_thread")]
async fn a_mark_is_good_for_one_request() {
    let health = healthy();
    let (app, log, _gate) = application(&health);
    let host = Host::start(&health, app).await;
    let (listener, addr) = listen().await;
    let orders = Synthetic::get("/orders")
        .over(format!("http://{addr}"))
        .every("600s");
    orders.start(&health).unwrap();
    let (stream, _) = patiently("the request", listener.accept()).await.unwrap();
    let mut client = BufReader::new(stream);
    let head = head(&mut client).await;
    let mut wire = Wire::connect(host.addr()).await;
    for marked in [true, false] {
        wire.send(&head).await;
        assert_eq!(wire.answer().await.plain(), (200, "an order"));
        let seen = log.take();
        assert_eq!(seen[0].marked, marked);
        assert_eq!(seen[0].in_flight, usize::from(!marked));
        assert_eq!(seen[0].headers.contains_key("x-health-synthetic"), !marked);
    }
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    client.get_mut().write_all(answer).await.unwrap();
    settled(&health, "GET /orders", CheckState::Up).await;
    wire.send(&head).await;
    assert_eq!(wire.answer().await.plain(), (200, "an order"));
    assert!(!log.take()[0].marked);
    drop(wire);
    host.stop().await;
}

/// Sent late: its request was given up before it arrived, and so has no mark any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_mark_that_was_never_used_ends_with_its_request() {
    let health = healthy();
    let (app, log, mut gate) = application(&health);
    let host = Host::start(&health, app).await;
    let (listener, addr) = listen().await;
    let late = Synthetic::get("/orders")
        .over(format!("http://{addr}"))
        .timeout("1s");
    late.fail_after(1).start(&health).unwrap();
    let (stream, _) = patiently("the request", listener.accept()).await.unwrap();
    let head = head(&mut BufReader::new(stream)).await;
    settled(&health, "GET /orders", CheckState::Down).await;
    // Another is under way, so that the layer looks.
    let held = Synthetic::get("/held")
        .timeout("600s")
        .over(format!("http://{}", host.addr()));
    held.start(&health).unwrap();
    let held = gate.held().await;
    let mut wire = Wire::connect(host.addr()).await;
    wire.send(&head).await;
    assert_eq!(wire.answer().await.plain(), (200, "an order"));
    let seen = log.take();
    assert!(
        !seen[0].marked && seen[0].headers.contains_key("x-health-synthetic"),
        "{seen:?}"
    );
    held.release();
    drop(wire);
    host.stop().await;
}

async fn head(client: &mut BufReader<TcpStream>) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let read = patiently("a line", client.read_line(&mut head)).await;
        assert!(read.unwrap() > 0, "the client hung up");
    }
    assert!(head.contains("x-health-synthetic: "), "{head}");
    head
}
