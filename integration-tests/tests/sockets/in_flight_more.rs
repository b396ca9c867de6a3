//! What counts as in flight: many at once, and probes, which never do.

use http_body_util::BodyExt;
use integration_tests::http2::Http2;
use integration_tests::patience::{patiently, until, until_idle};
use integration_tests::wire::Wire;

use crate::in_flight::{Served, serve};

#[tokio::test(flavor = "multi_thread")]
async fn streams_of_one_http2_connection_count_each_for_itself() {
    let Served {
        health,
        host,
        mut taps,
        ..
    } = serve().await;
    let mut http2 = Http2::connect(host.addr()).await;
    let (mut bodies, mut sources) = (Vec::new(), Vec::new());
    for count in 1..=5 {
        bodies.push(http2.get("/stream").await.into_body());
        sources.push(taps.next().await);
        assert_eq!(health.in_flight().count(), count);
    }
    // One is reset by the client, one ends, and the others go on.
    drop(bodies.swap_remove(0));
    sources.swap_remove(0).dropped().await;
    until("the reset", || health.in_flight().count() == 4).await;
    drop(sources.swap_remove(0));
    let ended = patiently("the end", bodies.swap_remove(0).collect()).await;
    assert!(ended.unwrap().to_bytes().is_empty());
    until("the end", || health.in_flight().count() == 3).await;
    for (tap, body) in sources.iter().zip(&mut bodies) {
        tap.data("on").await;
        let frame = patiently("a frame", body.frame()).await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), "on");
    }
    assert_eq!(health.in_flight().count(), 3);
    drop((http2, bodies));
    until_idle(&health).await;
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_never_counts_even_while_its_body_is_read() {
    let Served {
        health,
        host,
        mut gate,
        ..
    } = serve().await;
    let mut wire = Wire::connect(host.addr()).await;
    wire.send("POST /health/live HTTP/1.1\r\nhost: test\r\ncontent-length: 4\r\nexpect: 100-continue\r\n\r\n").await;
    // From here on the layer reads: the answer is still to come.
    assert_eq!(wire.head().await.status, 100);
    assert_eq!(health.in_flight().count(), 0);
    wire.send("body").await;
    assert_eq!(wire.answer().await.plain(), (405, "method not allowed"));
    assert_eq!(health.in_flight().count(), 0);

    let mut client = Wire::connect(host.addr()).await;
    client.request("GET", "/held").await;
    let held = gate.held().await;
    for _ in 0..20 {
        assert_eq!(wire.get("/health/ready").await.plain(), (200, "ok"));
        assert_eq!(health.in_flight().count(), 1);
        assert_eq!(health.snapshot().in_flight(), 1);
    }
    held.release();
    assert_eq!(client.answer().await.plain(), (200, "done"));
    until_idle(&health).await;
    host.stop().await;
}

/// Many clients at once, most of which leave in the middle: nothing is counted twice, nothing is forgotten.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_comes_and_goes_leaves_nothing_behind() {
    let Served {
        health,
        host,
        mut taps,
        ..
    } = serve().await;
    let addr = host.addr();
    let crowd: Vec<_> = (0..60)
        .map(|number| {
            tokio::spawn(async move {
                let mut wire = Wire::connect(addr).await;
                wire.request("GET", "/stream").await;
                assert_eq!(wire.head().await.status, 200);
                if number % 3 == 0 {
                    assert_eq!(wire.chunk().await.unwrap(), None);
                    assert_eq!(wire.get("/health/live").await.plain(), (200, "ok"));
                }
                number
            })
        })
        .collect();
    let mut open = Vec::new();
    for _ in 0..60 {
        open.push(taps.next().await);
    }
    until("those who leave", || health.in_flight().count() == 20).await;
    drop(open);
    for member in crowd {
        member.await.unwrap();
    }
    until_idle(&health).await;
    host.stop().await;
}
