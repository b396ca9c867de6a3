//! The probe server over real sockets: what it answers, when, and until when.

use std::net::SocketAddr;
use std::sync::{Arc, Barrier, Mutex, mpsc};

use axum::Router;
use axum::routing::get;
use health_tower::{Details, HealthLayer, Phase, ProbePaths, ProbeServer};
use integration_tests::gate::gate;
use integration_tests::host::{Host, healthy};
use integration_tests::http2::Http2;
use integration_tests::patience::until_snapshot;
use integration_tests::wire::Wire;
use tokio::runtime::Builder;

pub(crate) const OK: (u16, &str) = (200, "ok");
const UNAVAILABLE: (u16, &str) = (503, "unavailable");

async fn ask(addr: SocketAddr, path: &str) -> (u16, String) {
    let answer = Wire::connect(addr).await.get(path).await;
    let (status, text) = answer.plain();
    (status, text.to_owned())
}

#[tokio::test]
async fn it_speaks_every_http_that_probers_speak() {
    let health = healthy();
    let layer = HealthLayer::new(&health);
    let probes = ProbeServer::new(&layer).bind("127.0.0.1:0").unwrap();
    let addr = probes.local_addrs()[0];

    let mut wire = Wire::connect(addr).await;
    for path in ["/health/live", "/health/ready", "/health/startup"] {
        assert_eq!(wire.get(path).await.plain(), OK);
    }
    assert_eq!(wire.get("/orders").await.plain(), (404, "not found"));

    let mut wire = Wire::connect(addr).await;
    wire.send("GET /health/live HTTP/1.0\r\n\r\n").await;
    assert_eq!(wire.answer().await.plain(), OK);
    assert_eq!(wire.rest().await, b"", "HTTP/1.0 ends here");

    let mut http2 = Http2::connect(addr).await;
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(http2.text(path).await, (200, "ok".to_owned()));
    }
    assert_eq!(http2.text("/orders").await.0, 404);
    assert_eq!(health.in_flight().count(), 0);
}

#[test]
fn it_answers_while_the_application_can_not_do_anything() {
    let application = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let context = application.enter();
    let health = healthy();
    let layer = HealthLayer::new(&health);
    let probes = ProbeServer::new(&layer).bind("127.0.0.1:0").unwrap();
    drop(context);

    let all = Arc::new(Barrier::new(3));
    let (release, held) = mpsc::channel::<()>();
    let held = Arc::new(Mutex::new(held));
    for _ in 0..2 {
        let (all, held) = (Arc::clone(&all), Arc::clone(&held));
        application.spawn(async move {
            all.wait();
            let _released = held.lock().map(|held| held.recv());
        });
    }
    // Both workers were there at once, so neither can do anything else.
    all.wait();

    let prober = Builder::new_current_thread().enable_all().build().unwrap();
    prober.block_on(async {
        for path in ["/health/live", "/health/ready"] {
            assert_eq!(ask(probes.local_addrs()[0], path).await.0, 200);
        }
    });
    drop(release);
}

#[tokio::test]
async fn it_answers_through_the_whole_drain_and_after_it() {
    let health = healthy();
    let layer = HealthLayer::new(&health);
    let probes = ProbeServer::new(&layer).bind("127.0.0.1:0").unwrap();
    let (door, mut gate) = gate();
    let orders = get(async move || door.enter().await);
    let app = Router::new().route("/orders", orders).layer(layer.clone());
    let host = Host::start(&health, app).await;
    let mut wire = Wire::connect(host.addr()).await;
    wire.request("GET", "/orders").await;
    let held = gate.held().await;

    // Open since before the drain, and not ended by it.
    let mut open = Wire::connect(probes.local_addrs()[0]).await;
    assert_eq!(open.get("/health/ready").await.plain(), OK);
    health.shutdown();
    until_snapshot(&health, "closing", |it| it.phase() == Phase::Closing).await;
    assert_eq!(open.get("/health/ready").await.plain(), UNAVAILABLE);
    assert_eq!(open.get("/health/live").await.plain(), OK);
    assert_eq!(health.in_flight().count(), 1, "the order alone");

    held.release();
    assert!(host.report().await.is_clean());
    assert_eq!(health.snapshot().phase(), Phase::Closed);
    for path in ["/health/live", "/health/startup"] {
        assert_eq!(ask(probes.local_addrs()[0], path).await.0, 200);
    }
    assert_eq!(open.get("/health/ready").await.plain(), UNAVAILABLE);
}

#[tokio::test]
async fn a_layer_may_have_two_with_paths_of_its_own() {
    let health = healthy();
    let layer = HealthLayer::builder(&health).paths(ProbePaths::kubernetes());
    let layer = layer.build().unwrap();
    let one = ProbeServer::new(&layer).bind("127.0.0.1:0").unwrap();
    let other = ProbeServer::new(&layer).bind("127.0.0.1:0").unwrap();
    for probes in [&one, &other] {
        assert_eq!(ask(probes.local_addrs()[0], "/livez").await.0, 200);
        assert_eq!(ask(probes.local_addrs()[0], "/health/live").await.0, 404);
    }
    drop(one);
    assert_eq!(ask(other.local_addrs()[0], "/livez").await.0, 200);
}

#[tokio::test]
async fn details_are_for_those_who_may_see_them_here_as_well() {
    let health = healthy();
    let layer = HealthLayer::builder(&health)
        .details(Details::bearer_token("secret-of-the-test-0123456789"));
    let layer = layer.build().unwrap();
    let probes = ProbeServer::new(&layer).bind("127.0.0.1:0").unwrap();
    let mut wire = Wire::connect(probes.local_addrs()[0]).await;
    assert_eq!(wire.get("/health/ready?verbose").await.plain(), OK);
    wire.send("GET /health/ready?verbose HTTP/1.1\r\nhost: test\r\nauthorization: Bearer secret-of-the-test-0123456789\r\n\r\n")
        .await;
    let answer = wire.answer().await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.len() > "ok".len(), "{answer:?}");
}
