//! The drain switch over sockets: on the application's port and on that of a `ProbeServer`, while the application is in use.

use axum::Router;
use axum::routing::get;
use health_tower::{DrainSwitch, HealthLayer, Phase, ProbeServer};
use integration_tests::answer::Answer;
use integration_tests::host::{Host, healthy};
use integration_tests::patience::patiently;
use integration_tests::wire::Wire;

const TOKEN: &str = "s3cret";

async fn post(wire: &mut Wire, path: &str, token: &str, body: &str) -> Answer {
    let length = body.len();
    wire.send(format!(
        "POST {path} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {token}\r\ncontent-length: {length}\r\n\r\n{body}"
    ))
    .await;
    wire.answer().await
}

#[tokio::test]
async fn an_operator_takes_a_service_out_and_puts_it_back_while_it_serves() {
    let health = healthy();
    let layer = HealthLayer::builder(&health).drain_switch(DrainSwitch::bearer_token(TOKEN));
    let layer = layer.build().unwrap();
    let probes = ProbeServer::new(&layer).bind("127.0.0.1:0").unwrap();
    let app = Router::new().route("/orders", get(|| async { "none yet" }));
    let host = Host::start(&health, app.layer(layer)).await;

    for addr in [host.addr(), probes.local_addrs()[0]] {
        let mut operator = Wire::connect(addr).await;
        let mut client = Wire::connect(host.addr()).await;
        let refused = post(&mut operator, "/health/drain", "guess", "").await;
        let unknown = post(&mut operator, "/health/drown", TOKEN, "").await;
        assert_eq!(refused.plain(), unknown.plain());
        assert_eq!(refused.status, 404);
        assert_eq!(client.get("/health/ready").await.status, 200);

        let drained = post(&mut operator, "/health/drain", TOKEN, "a reason").await;
        assert_eq!(drained.plain(), (200, "draining"));
        assert_eq!(drained.header("cache-control"), Some("no-store"));
        assert_eq!(client.get("/health/ready").await.status, 503);
        assert_eq!(client.get("/health/live").await.status, 200);
        assert_eq!(client.get("/orders").await.plain(), (200, "none yet"));
        patiently("nothing in flight", health.drained()).await;

        let resumed = post(&mut operator, "/health/resume", TOKEN, "").await;
        assert_eq!(resumed.plain(), (200, "serving"));
        assert_eq!(client.get("/health/ready").await.status, 200);
    }

    let mut operator = Wire::connect(probes.local_addrs()[0]).await;
    health.shutdown();
    host.report().await;
    let late = post(&mut operator, "/health/resume", TOKEN, "").await;
    assert_eq!(late.plain(), (409, "closed"));
    assert_eq!(health.snapshot().phase(), Phase::Closed);
}
