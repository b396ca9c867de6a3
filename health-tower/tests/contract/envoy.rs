//! What Envoy is told of a drain, where it is to be told.

use std::convert::Infallible;
use std::future::ready;
use std::time::Duration;

use bytes::Bytes;
use health_tower::{DrainPolicy, Health, HealthLayer, Phase, ProbeService};
use http::header::CONTENT_TYPE;
use http::{Method, Request, Response, Version};
use http_body_util::Empty;
use tower::{Layer as _, Service, ServiceExt as _, service_fn};

const HEADER: &str = "x-envoy-immediate-health-check-fail";
const SECOND: Duration = Duration::from_secs(1);

fn health(policy: DrainPolicy) -> Health {
    let builder = Health::builder().linked(false).drain(policy);
    builder.start().unwrap()
}

fn telling(health: &Health) -> HealthLayer {
    let builder = HealthLayer::builder(health).envoy_immediate_fail(true);
    builder.build().unwrap()
}

/// The status, and whether Envoy is told.
type Told = (u16, bool);

fn told<B>(response: &Response<B>) -> Told {
    let value = response.headers().get(HEADER);
    assert!(value.is_none_or(|value| value == "true"));
    (response.status().as_u16(), value.is_some())
}

/// Through a layer whose application takes as many seconds as the path has letters.
async fn through(layer: &HealthLayer, request: Request<Empty<Bytes>>) -> Told {
    let service = layer.layer(service_fn(async |request: Request<Empty<Bytes>>| {
        let letters = request.uri().path().trim_start_matches('/').len();
        tokio::time::sleep(u32::try_from(letters).unwrap() * SECOND).await;
        Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new()))
    }));
    told(&service.oneshot(request).await.unwrap())
}

fn ask(method: Method, path: &str, version: Version) -> Request<Empty<Bytes>> {
    let request = Request::builder().method(method).uri(path).version(version);
    request.body(Empty::new()).unwrap()
}

async fn get(layer: &HealthLayer, path: &str) -> Told {
    through(layer, ask(Method::GET, path, Version::HTTP_11)).await
}

async fn call(layer: &HealthLayer, path: &str) -> Told {
    let mut request = ask(Method::POST, path, Version::HTTP_2);
    let grpc = "application/grpc".parse().unwrap();
    request.headers_mut().insert(CONTENT_TYPE, grpc);
    through(layer, request).await
}

#[tokio::test(start_paused = true)]
async fn every_response_of_a_drain_tells_envoy_and_none_before() {
    let policy = DrainPolicy::default().refuse_while_closing();
    let health = health(policy);
    let layer = telling(&health);
    assert_eq!(get(&layer, "/").await, (200, false));
    let early = {
        let layer = layer.clone();
        tokio::spawn(async move { get(&layer, "/two").await })
    };
    let stuck = {
        let layer = layer.clone();
        let path = format!("/{}", "x".repeat(60));
        tokio::spawn(async move { tokio::join!(get(&layer, &path), call(&layer, &path)) })
    };
    tokio::task::yield_now().await;
    health.shutdown();
    assert_eq!(early.await.unwrap(), (200, true), "it came before");
    assert_eq!(get(&layer, "/").await, (200, true));
    assert_eq!(call(&layer, "/").await, (200, true));
    health.closing().await;
    tokio::task::yield_now().await;
    assert_eq!(get(&layer, "/").await, (503, true), "refused");
    assert_eq!(call(&layer, "/").await, (200, true), "refused");
    let ended = stuck.await.unwrap();
    assert_eq!(ended, ((503, true), (200, true)), "at the deadline");
}

#[tokio::test(start_paused = true)]
async fn readiness_tells_envoy_of_a_drain_and_of_nothing_else() {
    let health = health(DrainPolicy::default());
    let layer = telling(&health);
    let alone = async |path| {
        let probe = ask(Method::GET, path, Version::HTTP_11);
        told(&ProbeService::new(&layer).oneshot(probe).await.unwrap())
    };
    let ready = async |expected: Told, when: &str| {
        assert_eq!(get(&layer, "/health/ready").await, expected, "{when}");
        assert_eq!(alone("/health/ready").await, expected, "{when}");
    };
    ready((200, false), "serving").await;
    health.report_fatal("journal", "full");
    ready((503, false), "down").await;
    health.clear_fatal("journal");
    health.begin_drain();
    ready((503, true), "maintenance").await;
    assert_eq!(get(&layer, "/").await, (200, false), "as ever");
    health.resume();
    ready((200, false), "resumed").await;
    health.shutdown();
    for phase in [Phase::Draining, Phase::Closed] {
        while health.snapshot().phase() != phase {
            tokio::time::sleep(SECOND).await;
        }
        ready((503, true), phase.name()).await;
        assert_eq!(alone("/health/live").await, (200, false));
        let post = ask(Method::POST, "/health/ready", Version::HTTP_11);
        assert_eq!(through(&layer, post).await, (405, false));
    }
}

#[tokio::test(start_paused = true)]
async fn envoy_is_told_nothing_where_nobody_wants_it() {
    let health = health(DrainPolicy::default());
    let announcing = HealthLayer::builder(&health).announce(true);
    let off = HealthLayer::builder(&health).envoy_immediate_fail(false);
    let layers = [
        HealthLayer::new(&health),
        announcing.build().unwrap(),
        off.build().unwrap(),
    ];
    let hold = health.hold();
    health.shutdown();
    for _ in 0..2 {
        for layer in &layers {
            assert_eq!(get(layer, "/").await, (200, false));
            assert_eq!(get(layer, "/health/ready").await, (503, false));
        }
        health.closing().await;
    }
    drop(hold);
}

#[tokio::test(start_paused = true)]
async fn who_tells_envoy_can_announce_as_well() {
    let health = health(DrainPolicy::default());
    let layer = HealthLayer::builder(&health).announce(true);
    let layer = layer.envoy_immediate_fail(true).build().unwrap();
    let mut service = layer.layer(service_fn(|request: Request<Empty<Bytes>>| {
        let announced = request.extensions().get::<health_tower::Closing>();
        assert!(announced.is_some_and(|closing| !closing.is_closing()));
        ready(Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new())))
    }));
    health.shutdown();
    tokio::task::yield_now().await;
    let request = ask(Method::GET, "/", Version::HTTP_11);
    let response = service.ready().await.unwrap().call(request).await.unwrap();
    assert_eq!(told(&response), (200, true));
}
