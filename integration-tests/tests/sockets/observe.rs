//! The clients of three libraries, whose calls alone say how the one that they call is.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use bytes::Bytes;
use health_tower::{
    CheckState, Details, GrpcHealth, Health, HealthLayer, ObserveLayer, Probe, Scope,
};
use http_body_util::{BodyExt as _, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use integration_tests::host::{healthy, serve};
use integration_tests::patience::{patiently, pause, until_snapshot};
use integration_tests::wire::Wire;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tower::{Layer as _, Service as _, ServiceBuilder, ServiceExt as _};

use crate::observe_peer::{Mode, Peer};

/// Inside of the layer, for what hangs.
const TIME_OUT: Duration = Duration::from_millis(250);

/// A service that calls another one.
struct Caller {
    health: Health,
    addr: SocketAddr,
}

impl Caller {
    /// What it calls is observed before the layer names it as part of a service.
    async fn new(health: Health) -> Self {
        let grpc = GrpcHealth::new().service("shop.Checkout", ["payments"]);
        let layer = HealthLayer::builder(&health).details(Details::bearer_token("t0ken"));
        let layer = layer.grpc(grpc).build().unwrap();
        let addr = serve(layer.layer(Router::new())).await;
        Self { health, addr }
    }

    fn state(&self) -> CheckState {
        self.health.snapshot().check("payments").unwrap().state()
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let mut wire = Wire::connect(self.addr).await;
        let token = "authorization: Bearer t0ken\r\n";
        wire.send(format!("GET {path} HTTP/1.1\r\nhost: test\r\n{token}\r\n"))
            .await;
        let answer = wire.answer().await;
        let (status, text) = answer.plain();
        (status, text.to_owned())
    }

    /// The part of the service that needs what is called.
    async fn serves_checkout(&self) -> bool {
        let channel = Endpoint::from_shared(format!("http://{}", self.addr)).unwrap();
        let mut asking = HealthClient::new(channel.connect().await.unwrap());
        let service = "shop.Checkout".to_owned();
        let answer = asking.check(HealthCheckRequest { service }).await.unwrap();
        answer.into_inner().status == 1
    }

    /// Goes on calling, as clients do, until it is known how that is.
    async fn call_until(&self, state: CheckState, mut call: impl AsyncFnMut() -> bool) {
        let calling = async {
            while self.state() != state {
                call().await;
                pause().await;
            }
        };
        patiently(&format!("payments to be {state:?}"), calling).await;
    }
}

/// Whatever is wrong is seen, and that it is over; by nothing but the calls. Each for a service of its own: the second time, it would be
/// down for longer.
async fn is_seen<C: AsyncFnMut() -> bool>(client: fn(ObserveLayer, SocketAddr) -> C) {
    let seen = async |mode| {
        let (health, peer) = (healthy(), Peer::start().await);
        let call = client(ObserveLayer::new(&health, "payments"), peer.addr);
        is_seen_in(mode, health, peer, call).await;
    };
    tokio::join!(seen(Mode::Fails), seen(Mode::Hangs), seen(Mode::Refuses));
}

async fn is_seen_in(
    mode: Mode,
    health: Health,
    mut peer: Peer,
    mut call: impl AsyncFnMut() -> bool,
) {
    let caller = Caller::new(health).await;
    caller.call_until(CheckState::Up, &mut call).await;
    assert!(call().await);
    peer.set(mode).await;
    caller.call_until(CheckState::Down, &mut call).await;
    assert!(!call().await, "{mode:?}");
    let (status, text) = caller.get("/health/ready?verbose").await;
    assert_eq!(status, 200, "it is shared: {mode:?}");
    let line = text.lines().find(|line| line.contains("payments")).unwrap();
    assert!(line.contains("calls failed"), "{line}");
    assert!(!text.contains("127.0.0.1"), "{text}");
    assert!(!caller.serves_checkout().await, "{mode:?}");

    peer.set(Mode::Works).await;
    caller.call_until(CheckState::Up, &mut call).await;
    assert!(call().await, "{mode:?}");
    assert!(caller.serves_checkout().await);
    assert_eq!(caller.get("/health/ready").await.0, 200);
}

#[tokio::test]
async fn the_client_of_hyper_util() {
    is_seen(over_hyper).await;
}

/// With a time-out inside.
fn over_hyper(layer: ObserveLayer, addr: SocketAddr) -> impl AsyncFnMut() -> bool {
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    let mut client = ServiceBuilder::new()
        .layer(layer)
        .timeout(TIME_OUT)
        .service(client);
    async move || {
        let request = http::Request::get(format!("http://{addr}/charge")).body(Empty::new());
        let ready = client.ready().await.unwrap();
        let Ok(response) = ready.call(request.unwrap()).await else {
            return false;
        };
        let succeeds = response.status().is_success();
        response.into_body().collect().await.is_ok() && succeeds
    }
}

#[tokio::test]
async fn a_generated_client_over_the_channel_of_tonic() {
    is_seen(over_tonic).await;
}

fn over_tonic(layer: ObserveLayer, addr: SocketAddr) -> impl AsyncFnMut() -> bool {
    let endpoint = Endpoint::from_shared(format!("http://{addr}")).unwrap();
    let channel: Channel = endpoint.timeout(TIME_OUT).connect_lazy();
    let channel = ServiceBuilder::new().layer(layer).service(channel);
    let mut client = HealthClient::new(channel);
    async move || client.check(HealthCheckRequest::default()).await.is_ok()
}

#[tokio::test]
async fn the_client_of_reqwest() {
    is_seen(over_reqwest).await;
}

/// As the documentation of the layer has it.
fn over_reqwest(layer: ObserveLayer, addr: SocketAddr) -> impl AsyncFnMut() -> bool {
    let client = reqwest::Client::builder()
        .timeout(TIME_OUT)
        .build()
        .unwrap();
    let mut client = ServiceBuilder::new()
        .map_response(|response: http::Response<_>| {
            reqwest::Response::from(response.map(reqwest::Body::wrap))
        })
        .layer(layer)
        .map_response(http::Response::<reqwest::Body>::from)
        .service(client);
    let url: reqwest::Url = format!("http://{addr}/charge").parse().unwrap();
    async move || {
        let request = reqwest::Request::new(reqwest::Method::GET, url.clone());
        let response = client.ready().await.unwrap().call(request).await;
        let response: Result<reqwest::Response, _> =
            response.and_then(reqwest::Response::error_for_status);
        let Ok(response) = response else { return false };
        response.text().await.is_ok_and(|text| text == "charged")
    }
}

/// What only this instance has takes it out of traffic, and back.
#[tokio::test]
async fn what_is_local_decides_on_readiness() {
    let (health, mut peer) = (healthy(), Peer::start().await);
    let layer = ObserveLayer::builder(&health, "payments").scope(Scope::Local);
    let mut call = over_hyper(layer.build().unwrap(), peer.addr);
    let caller = Caller::new(health.clone()).await;
    until_snapshot(&health, "its first look", |now| {
        now.status(Probe::Readiness).is_up()
    })
    .await;
    assert_eq!(caller.get("/health/ready").await.0, 200);
    peer.set(Mode::Refuses).await;
    caller.call_until(CheckState::Down, &mut call).await;
    assert_eq!(caller.get("/health/ready").await.0, 503);
    assert_eq!(caller.get("/health/live").await.0, 200);
    peer.set(Mode::Works).await;
    caller.call_until(CheckState::Up, &mut call).await;
    assert_eq!(caller.get("/health/ready").await.0, 200);
}

/// A time-out outside drops the call, which says nothing unless the layer was told of it.
#[tokio::test]
async fn what_hangs_is_seen_from_inside_a_time_out_if_that_is_asked_for() {
    let (health, mut peer) = (healthy(), Peer::start().await);
    peer.set(Mode::Hangs).await;
    let layer = ObserveLayer::builder(&health, "payments").slow_call(TIME_OUT / 2);
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    let mut client = ServiceBuilder::new()
        .timeout(TIME_OUT)
        .layer(layer.build().unwrap())
        .service(client);
    let caller = Caller::new(health).await;
    let url = format!("http://{}/charge", peer.addr);
    let call = async || {
        let request = http::Request::get(&url).body(Empty::new()).unwrap();
        client.ready().await.unwrap().call(request).await.is_ok()
    };
    caller.call_until(CheckState::Down, call).await;
}
