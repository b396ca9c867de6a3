//! A server that keeps one instance of the service for each connection, as tower allows: what a probe leaves behind in it
//! must not be missing anywhere else.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use health_tower::{BoxError, Health, HealthBody, HealthLayer};
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use integration_tests::gate::{Gate, gate};
use integration_tests::host::{healthy, listen};
use integration_tests::patience::{until, until_idle};
use integration_tests::wire::Wire;
use tokio::sync::Mutex;
use tower::{Layer, Service, ServiceBuilder, service_fn};

/// Serves each connection with one instance, which is polled ready before every call.
async fn serve_with_one_instance<S>(service: S) -> SocketAddr
where
    S: Service<Request<Incoming>, Response = Response<HealthBody<Body>>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
{
    let (listener, addr) = listen().await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let instance = Arc::new(Mutex::new(service.clone()));
            let calls = hyper::service::service_fn(move |request| {
                let instance = Arc::clone(&instance);
                async move {
                    let mut instance = instance.lock().await;
                    poll_fn(|cx| instance.poll_ready(cx)).await?;
                    let response = instance.call(request);
                    drop(instance);
                    response.await
                }
            });
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), calls);
            tokio::spawn(connection);
        }
    });
    addr
}

async fn hold(health: &Health) -> (SocketAddr, Gate) {
    let (door, gate) = gate();
    let app = service_fn(move |_: Request<Incoming>| {
        let door = door.clone();
        async move {
            door.enter().await;
            Ok::<_, BoxError>(Response::new(Body::from("done")))
        }
    });
    let app = ServiceBuilder::new().concurrency_limit(1).service(app);
    let addr = serve_with_one_instance(HealthLayer::new(health).layer(app)).await;
    (addr, gate)
}

#[tokio::test]
async fn an_idle_connection_that_was_probed_holds_no_permit() {
    let health = healthy();
    let (addr, mut gate) = hold(&health).await;
    let mut prober = Wire::connect(addr).await;
    assert_eq!(prober.get("/health/live").await.plain(), (200, "ok"));

    // The only permit is free: this request gets it while the prober's connection stays open.
    let mut client = Wire::connect(addr).await;
    client.request("GET", "/").await;
    gate.held().await.release();
    assert_eq!(client.answer().await.plain(), (200, "done"));
    assert_eq!(prober.get("/health/live").await.plain(), (200, "ok"));
    until_idle(&health).await;
}

#[tokio::test]
async fn an_idle_connection_that_was_probed_while_full_has_no_place_in_the_queue() {
    let health = healthy();
    let (addr, mut gate) = hold(&health).await;
    let mut first = Wire::connect(addr).await;
    first.request("GET", "/").await;
    let held = gate.held().await;
    // Its instance was polled while the application was full, and is then left alone.
    let mut prober = Wire::connect(addr).await;
    assert_eq!(prober.get("/health/live").await.plain(), (200, "ok"));

    let mut second = Wire::connect(addr).await;
    second.request("GET", "/").await;
    until("the second request to wait", || {
        health.in_flight().count() == 2
    })
    .await;
    held.release();
    assert_eq!(first.answer().await.plain(), (200, "done"));
    gate.held().await.release();
    assert_eq!(second.answer().await.plain(), (200, "done"));
    until_idle(&health).await;
}

#[tokio::test]
async fn one_connection_takes_turns_between_probes_and_requests() {
    let health = healthy();
    let (addr, mut gate) = hold(&health).await;
    let mut wire = Wire::connect(addr).await;
    for _ in 0..10 {
        assert_eq!(wire.get("/health/ready").await.plain(), (200, "ok"));
        wire.request("GET", "/").await;
        gate.held().await.release();
        assert_eq!(wire.answer().await.plain(), (200, "done"));
    }
    until_idle(&health).await;
}
