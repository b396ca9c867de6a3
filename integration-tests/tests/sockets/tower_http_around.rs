//! tower-http's middleware around the layer: one by one, and all together, with the types as they come.

use std::convert::Infallible;
use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use flate2::read::GzDecoder;
use health_tower::HealthLayer;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use integration_tests::answer::Answer;
use integration_tests::host::{healthy, serve};
use integration_tests::patience::until_idle;
use integration_tests::wire::Wire;
use tower::{Layer, ServiceBuilder, service_fn};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{Any, CorsLayer};
use tower_http::normalize_path::NormalizePathLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use tracing::Span;

const LONG: Duration = Duration::from_secs(60);

/// A text that is worth compressing.
fn poem() -> String {
    "a rose is ".repeat(1000)
}

async fn app(request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    match request.uri().path() {
        "/poem" => Ok(Response::new(Body::from(poem()))),
        "/panic" => panic!("a handler that panics, on purpose"),
        _ => {
            let mut response = Response::new(Body::from("no such thing"));
            *response.status_mut() = StatusCode::NOT_FOUND;
            Ok(response)
        }
    }
}

/// Serves the application inside the layer inside a stack, and asks what every stack must answer.
macro_rules! ask_through {
    ($stack:expr) => {{
        let health = healthy();
        let service = HealthLayer::new(&health).layer(service_fn(app));
        let addr = serve(ServiceBuilder::new().layer($stack).service(service)).await;
        let mut wire = Wire::connect(addr).await;
        for path in ["/health/live", "/health/ready/", "/health/startup?x"] {
            assert_eq!(wire.get(path).await.plain(), (200, "ok"), "{path}");
        }
        assert_eq!(wire.get("/poem").await.plain(), (200, poem().as_str()));
        assert_eq!(wire.get("/health").await.plain(), (404, "no such thing"));
        until_idle(&health).await;
        (wire, health)
    }};
}

async fn ask_for_gzip(wire: &mut Wire, path: &str) -> Answer {
    let headers = "host: test\r\naccept-encoding: gzip\r\norigin: http://elsewhere.example";
    wire.send(format!("GET {path} HTTP/1.1\r\n{headers}\r\n\r\n"))
        .await;
    wire.answer().await
}

async fn expect_gzip(wire: &mut Wire) {
    let answer = ask_for_gzip(wire, "/poem").await;
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert!(answer.body.len() < poem().len() / 2);
    let mut text = String::new();
    GzDecoder::new(&answer.body[..])
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, poem());
    let probe = ask_for_gzip(wire, "/health/live").await;
    assert_eq!(probe.plain(), (200, "ok"));
}

async fn expect_cors(wire: &mut Wire) {
    for path in ["/poem", "/health/ready"] {
        let answer = ask_for_gzip(wire, path).await;
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some("*"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn trace() {
    ask_through!(TraceLayer::new_for_http());
}

/// What traces all requests but probes, around the layer: as the documentation of `ProbeFilter` has it.
#[tokio::test]
async fn trace_without_probes() {
    let health = healthy();
    let layer = HealthLayer::new(&health);
    let probes = layer.probe_filter();
    let (traced, answered) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, told) = (Arc::clone(&traced), Arc::clone(&answered));
    let trace = TraceLayer::new_for_http()
        .make_span_with(move |request: &Request<Incoming>| {
            if probes.is_probe(request) {
                return Span::none();
            }
            counted.fetch_add(1, Ordering::SeqCst);
            tracing::info_span!("request")
        })
        .on_response(move |_: &Response<_>, _: Duration, span: &Span| {
            told.fetch_add(usize::from(!span.is_none()), Ordering::SeqCst);
        });
    let service = ServiceBuilder::new().layer(trace).layer(layer);
    let _listens = tracing::subscriber::set_default(tracing_subscriber::registry());
    let addr = serve(service.service(service_fn(app))).await;
    let mut wire = Wire::connect(addr).await;
    for path in [
        "/health/live",
        "/health/ready/",
        "http://x/health/startup?x",
    ] {
        assert_eq!(wire.get(path).await.plain(), (200, "ok"), "{path}");
    }
    assert_eq!(traced.load(Ordering::SeqCst), 0);
    // Nobody declared an external check: the path is the application's.
    for path in ["/poem", "/health", "/health/external", "/health/readyz"] {
        wire.get(path).await;
    }
    assert_eq!(traced.load(Ordering::SeqCst), 4);
    assert_eq!(answered.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn compression() {
    let (mut wire, _health) = ask_through!(CompressionLayer::new());
    expect_gzip(&mut wire).await;
}

#[tokio::test]
async fn cors() {
    let (mut wire, _health) = ask_through!(CorsLayer::new().allow_origin(Any));
    expect_cors(&mut wire).await;
}

#[tokio::test]
async fn normalize_path() {
    let (mut wire, _health) = ask_through!(NormalizePathLayer::trim_trailing_slash());
    assert_eq!(wire.get("/poem/").await.plain(), (200, poem().as_str()));
    assert_eq!(wire.get("/health/live//").await.plain(), (200, "ok"));
}

#[tokio::test]
async fn timeout() {
    ask_through!(TimeoutLayer::with_status_code(
        StatusCode::REQUEST_TIMEOUT,
        LONG
    ));
}

#[tokio::test]
async fn catch_panic() {
    let (mut wire, health) = ask_through!(CatchPanicLayer::new());
    assert_eq!(wire.get("/panic").await.status, 500);
    until_idle(&health).await;
    assert_eq!(wire.get("/health/live").await.plain(), (200, "ok"));
}

#[tokio::test]
async fn all_together() {
    let stack = ServiceBuilder::new()
        .layer(NormalizePathLayer::trim_trailing_slash())
        .layer(CatchPanicLayer::new())
        .layer(TraceLayer::new_for_http())
        .layer(CorsLayer::new().allow_origin(Any))
        .layer(CompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            LONG,
        ));
    let (mut wire, health) = ask_through!(stack);
    expect_gzip(&mut wire).await;
    expect_cors(&mut wire).await;
    assert_eq!(wire.get("/panic").await.status, 500);
    until_idle(&health).await;
}
