//! gRPC health over real sockets, from whatever serves: asked by an exec probe, and byte by byte through what compresses.

use std::convert::Infallible;

use bytes::Bytes;
use health_tower::{GrpcHealth, Health, HealthLayer, Phase, ProbeServer};
use http::{Request, Response, Version};
use http_body_util::{BodyExt as _, Full};
use integration_tests::host::{healthy, serve};
use integration_tests::http2::Http2;
use integration_tests::patience::until_snapshot;
use tower::{ServiceBuilder, service_fn};
use tower_http::compression::CompressionLayer;

use crate::exec_probe::probe;

fn layer(health: &Health) -> HealthLayer {
    let grpc = GrpcHealth::new().service("shop.Orders", []);
    HealthLayer::builder(health).grpc(grpc).build().unwrap()
}

async fn application<B>(_: Request<B>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::from("application")))
}

#[tokio::test]
async fn an_exec_probe_hears_what_the_layer_says() {
    let health = healthy();
    let app = ServiceBuilder::new()
        .layer(layer(&health))
        .service_fn(application);
    let addr = serve(app).await;
    for service in ["", "/readiness", "/liveness", "/startup", "/shop.Orders"] {
        probe(&format!("grpc://{addr}{service}"))
            .await
            .passed_silently();
    }
    let unknown = format!("grpc://{addr}/shop.Order");
    probe(&unknown).await.failed(3, &unknown, &["NOT_FOUND"]);
    health.begin_drain();
    for service in ["", "/readiness", "/shop.Orders"] {
        let target = format!("grpc://{addr}{service}");
        probe(&target).await.failed(4, &target, &["NOT_SERVING"]);
    }
    probe(&format!("grpc://{addr}/liveness"))
        .await
        .passed_silently();
    assert_eq!(health.in_flight().count(), 0);
}

#[tokio::test]
async fn the_probe_server_answers_it_through_the_whole_drain() {
    let health = healthy();
    let probes = ProbeServer::new(&layer(&health))
        .bind("127.0.0.1:0")
        .unwrap();
    let addr = probes.local_addrs()[0];
    probe(&format!("grpc://{addr}")).await.passed_silently();
    let hold = health.hold();
    let server = health.closing();
    let run = tokio::spawn({
        let health = health.clone();
        async move {
            health
                .run(async {
                    server.await;
                    Ok::<_, Infallible>(())
                })
                .await
        }
    });
    health.shutdown();
    until_snapshot(&health, "closing", |now| now.phase() == Phase::Closing).await;
    probe(&format!("grpc://{addr}/liveness"))
        .await
        .passed_silently();
    let target = format!("grpc://{addr}");
    probe(&target).await.failed(4, &target, &["NOT_SERVING"]);
    drop(hold);
    run.await.unwrap().unwrap();
}

/// Envoy takes no compressed frame; and who compresses a whole body breaks all frames in it.
#[tokio::test]
async fn what_compresses_everything_leaves_it_alone() {
    let health = healthy();
    let everything = CompressionLayer::new().compress_when(|_, _, _: &_, _: &_| true);
    let app = ServiceBuilder::new()
        .layer(everything)
        .layer(layer(&health))
        .service(service_fn(application));
    let mut http2 = Http2::connect(serve(app).await).await;
    let ask = |path: &str, kind: &str| {
        let request = Request::post(format!("http://test{path}")).version(Version::HTTP_2);
        let request = request
            .header("content-type", kind)
            .header("te", "trailers");
        let request = request.header("accept-encoding", "gzip");
        request
            .body(Full::new(Bytes::from_static(&[0; 5])))
            .unwrap()
    };
    let other = http2.send(ask("/orders", "text/plain")).await.unwrap();
    assert_eq!(
        other.headers()["content-encoding"],
        "gzip",
        "this would not test anything"
    );
    for (method, head) in [
        ("Check", &[0, 0, 0, 0, 2, 8, 1][..]),
        ("List", &[0, 0, 0, 0]),
    ] {
        let path = format!("/grpc.health.v1.Health/{method}");
        let answer = http2.send(ask(&path, "application/grpc")).await.unwrap();
        assert_ne!(answer.headers()["content-encoding"], "gzip");
        let body = answer.into_body().collect().await.unwrap();
        assert_eq!(body.trailers().unwrap()["grpc-status"], "0");
        assert!(body.to_bytes().starts_with(head));
    }
    // Trailers only: no body may be made for them.
    let refused = ask("/grpc.health.v1.Health/Nothing", "application/grpc");
    let answer = http2.send(refused).await.unwrap();
    assert_eq!(answer.headers()["grpc-status"], "12");
    assert!(http_body::Body::is_end_stream(answer.body()));
    let watch = ask("/grpc.health.v1.Health/Watch", "application/grpc");
    let mut watch = http2.send(watch).await.unwrap().into_body();
    let first = watch.frame().await.unwrap().unwrap();
    assert_eq!(first.data_ref().unwrap(), &[0, 0, 0, 0, 2, 8, 1][..]);
}

/// Answered before its request was read, curl loses the answer in most runs.
#[tokio::test]
async fn a_refusal_comes_after_the_request_was_read() {
    let health = healthy();
    let app = ServiceBuilder::new()
        .layer(layer(&health))
        .service_fn(application);
    let mut http2 = Http2::connect(serve(app).await).await;
    for _ in 0..30 {
        let request = Request::post("http://test/grpc.health.v1.Health/Check");
        let request = request.header("content-type", "application/json");
        let body = Full::new(Bytes::from(vec![b' '; 200 * 1024]));
        let answer = http2.send(request.body(body).unwrap()).await.unwrap();
        assert_eq!(answer.status(), 415);
    }
}
