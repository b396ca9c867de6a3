//! hyper's own servers, without a framework: HTTP/1, HTTP/2, and both on one port.

use std::convert::Infallible;

use bytes::Bytes;
use health_tower::{Health, HealthLayer, HealthService};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use integration_tests::host::{healthy, listen};
use integration_tests::http2::Http2;
use integration_tests::patience::{patiently, until_idle};
use integration_tests::wire::Wire;
use tower::{Layer, Service, service_fn};

/// Answers with method, path and body of the request.
async fn mirror(request: Request<Incoming>) -> hyper::Result<Response<Full<Bytes>>> {
    let mut text = format!("{} {} ", request.method(), request.uri().path()).into_bytes();
    text.extend(request.collect().await?.to_bytes());
    Ok(Response::new(Full::from(text)))
}

/// One server that accepts connections, and hands each to `serve` with a service.
macro_rules! serve {
    ($health:expr, |$io:ident, $service:ident| $serve:expr) => {{
        let (listener, addr) = listen().await;
        let service = HealthLayer::new($health).layer(service_fn(mirror));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let $io = TokioIo::new(stream);
                let $service = TowerToHyperService::new(service.clone());
                tokio::spawn(async move { $serve.await.is_ok() });
            }
        });
        addr
    }};
}

async fn ask_over_http1(addr: std::net::SocketAddr, health: &Health) {
    let mut wire = Wire::connect(addr).await;
    for _ in 0..3 {
        assert_eq!(wire.get("/health/live").await.plain(), (200, "ok"));
        wire.send("PUT /health/lively HTTP/1.1\r\nhost: test\r\ncontent-length: 4\r\n\r\nbody")
            .await;
        assert_eq!(
            wire.answer().await.plain(),
            (200, "PUT /health/lively body")
        );
    }
    until_idle(health).await;
}

async fn ask_over_http2(addr: std::net::SocketAddr, health: &Health) {
    let mut http2 = Http2::connect(addr).await;
    for _ in 0..3 {
        assert_eq!(http2.text("/health/ready?x").await, (200, "ok".to_owned()));
        let request = Request::put("http://test/orders").body(Full::from("body"));
        let response = http2.send(request.unwrap()).await.unwrap();
        let body = patiently("the body", response.collect())
            .await
            .unwrap()
            .to_bytes();
        assert_eq!(body, "PUT /orders body");
    }
    until_idle(health).await;
}

#[tokio::test]
async fn http1() {
    use hyper::server::conn::http1::Builder;

    let health = healthy();
    let addr = serve!(&health, |io, service| Builder::new()
        .serve_connection(io, service));
    ask_over_http1(addr, &health).await;
}

#[tokio::test]
async fn http2_with_prior_knowledge() {
    use hyper::server::conn::http2::Builder;

    let health = healthy();
    let addr = serve!(&health, |io, service| {
        Builder::new(TokioExecutor::new()).serve_connection(io, service)
    });
    ask_over_http2(addr, &health).await;
}

#[tokio::test]
async fn both_on_one_port() {
    use hyper_util::server::conn::auto::Builder;

    let health = healthy();
    let addr = serve!(&health, |io, service| {
        let builder = Builder::new(TokioExecutor::new());
        async move { builder.serve_connection_with_upgrades(io, service).await }
    });
    ask_over_http1(addr, &health).await;
    ask_over_http2(addr, &health).await;
}

#[tokio::test]
async fn probes_and_requests_share_one_http2_connection() {
    let health = healthy();
    let addr = serve!(&health, |io, service| {
        hyper::server::conn::http2::Builder::new(TokioExecutor::new()).serve_connection(io, service)
    });
    let http2 = Http2::connect(addr).await;
    let asking = (0..200).map(|number| {
        let mut http2 = http2.clone();
        let path = [
            "/health/live",
            "/health/ready",
            "/health/startup",
            "/orders",
        ][number % 4];
        tokio::spawn(async move { (path, http2.text(path).await) })
    });
    for asked in asking.collect::<Vec<_>>() {
        let (path, answer) = asked.await.unwrap();
        let expected = if path == "/orders" {
            "GET /orders "
        } else {
            "ok"
        };
        assert_eq!(answer, (200, expected.to_owned()), "{path}");
    }
    until_idle(&health).await;
}

#[test]
fn the_service_can_be_moved_shared_and_named() {
    fn check<S: Service<Request<Incoming>, Error = Infallible> + Clone + Send + Sync + 'static>(
        _: S,
    ) {
    }
    fn named<S>(service: HealthService<S>) -> HealthService<S> {
        service
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let health = runtime.block_on(async { healthy() });
    let inner = service_fn(|_: Request<Incoming>| async {
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    });
    check(named(HealthLayer::new(&health).layer(inner)));
}
