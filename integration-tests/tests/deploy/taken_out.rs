//! Who isn't ready gets nothing more, as far as the proxy can know.

use bytes::Bytes;
use health_tower::Probe;
use http::header::{CONTENT_TYPE, TE};
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use integration_tests::http2::Http2;
use integration_tests::patience::{patiently, pause};
use integration_tests::wire::Wire;

use crate::proxy::{Kind, Proxy};
use crate::service::Service;

/// More than two that take turns could go without one of them.
const IN_A_ROW: usize = 10;

/// Who answers, by HTTP/1 and by gRPC. Nothing else than answers may come.
async fn asked(proxy: &Proxy, method: &str) -> [String; 2] {
    let mut wire = Wire::connect(proxy.public).await;
    wire.request(method, "/answer").await;
    let answer = wire.answer().await;
    assert_eq!(answer.status, 200);

    let call = Request::builder()
        .method(Method::POST)
        .uri("http://orders/orders.v1.Orders/Count");
    let call = call
        .header(CONTENT_TYPE, "application/grpc")
        .header(TE, "trailers");
    let call = call.body(Full::new(Bytes::from_static(&[0; 5]))).unwrap();
    let mut connection = Http2::connect(proxy.grpc).await;
    let called = connection.send(call).await.unwrap();
    assert_eq!(called.status(), 200);
    let called = patiently("a body", called.collect())
        .await
        .unwrap()
        .to_bytes();
    [answer.body, called.to_vec()].map(|name| String::from_utf8(name).unwrap())
}

/// Asks until each of these has answered each kind of question, and, where it is one alone, nobody else does any more.
async fn until_only(proxy: &Proxy, names: &[&str]) {
    let mut row = Vec::new();
    let waiting = async {
        loop {
            row.push(asked(proxy, "GET").await);
            let last = &row[row.len().saturating_sub(IN_A_ROW)..];
            let all = |lane: usize| {
                names
                    .iter()
                    .all(|name| last.iter().any(|by| by[lane] == *name))
            };
            let only = last.iter().flatten().all(|by| names.contains(&by.as_str()));
            if last.len() == IN_A_ROW && only && all(0) && all(1) {
                return;
            }
        }
    };
    patiently(&format!("answers by {names:?} only"), waiting).await;
}

async fn follows_readiness(kind: Kind) {
    let services = [
        Service::start("first").await,
        Service::start("second").await,
    ];
    let instances = services.each_ref().map(Service::addr);
    let Some(proxy) = Proxy::start(kind, instances).await else {
        return;
    };
    until_up(&proxy).await;
    until_only(&proxy, &["first", "second"]).await;
    let [first, _] = &services;
    first.health.begin_drain();
    until_only(&proxy, &["second"]).await;
    first.health.resume();
    until_only(&proxy, &["first", "second"]).await;
    // And the service knows who asked, as the file has it.
    let [_, second] = &services;
    let asks = patiently("a prober that is known", async {
        loop {
            let now = second.health.snapshot();
            let mut all = now.probers().filter(|prober| prober.interval().is_some());
            if let Some(prober) = all.find(|prober| prober.probe() == Probe::Readiness) {
                return prober.clone();
            }
            pause().await;
        }
    });
    let asks = asks.await;
    let agent = match kind {
        Kind::Envoy => "Envoy/HC",
        // It sends none unless it is told to.
        Kind::HAProxy | Kind::Nginx => "",
    };
    assert_eq!((asks.user_agent(), asks.place()), (agent, "/health/ready"));
    let every = asks.interval().unwrap().as_secs_f64();
    // Every two seconds; both clusters of Envoy ask, at once or one after the other.
    assert!((0.1..6.0).contains(&every), "every {every} s");
}

/// Envoy sends to nobody before its first checks.
async fn until_up(proxy: &Proxy) {
    let waiting = async {
        loop {
            let mut wire = Wire::connect(proxy.public).await;
            if wire.get("/orders").await.status == 200 {
                return;
            }
        }
    };
    patiently("an instance that is ready", waiting).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn haproxy_follows_readiness() {
    follows_readiness(Kind::HAProxy).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn envoy_follows_readiness() {
    follows_readiness(Kind::Envoy).await;
}

/// nginx asks for nothing: readiness changes nothing, and an end is learned from a refused connection, at nobody's cost.
#[tokio::test(flavor = "multi_thread")]
async fn nginx_goes_on_without_who_has_ended() {
    let [first, second] = [
        Service::start("first").await,
        Service::start("second").await,
    ];
    let Some(proxy) = Proxy::start(Kind::Nginx, [first.addr(), second.addr()]).await else {
        return;
    };
    first.health.begin_drain();
    until_only(&proxy, &["first", "second"]).await;
    first.stop().await;
    for method in ["GET", "POST"].repeat(IN_A_ROW) {
        assert_eq!(asked(&proxy, method).await, ["second", "second"]);
    }
}
