//! Whatever a client may send to a probe's path, to the byte.

use axum::Router;
use health_tower::HealthLayer;
use http::StatusCode;
use integration_tests::answer::Answer;
use integration_tests::host::{Host, healthy};
use integration_tests::wire::Wire;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;

pub(crate) const OK: (u16, &str) = (200, "ok");
pub(crate) const APP: (u16, &str) = (404, "application");
pub(crate) const NOT_ALLOWED: (u16, &str) = (405, "method not allowed");
/// hyper's own answers.
pub(crate) const BAD_REQUEST: (u16, &str) = (400, "");
const TOO_LONG: (u16, &str) = (414, "");

/// A panic, of the layer too, would be a 500.
pub(crate) async fn host() -> Host {
    let health = healthy();
    let stack = ServiceBuilder::new()
        .layer(CatchPanicLayer::new())
        .layer(HealthLayer::new(&health));
    let app = Router::new().fallback(async || (StatusCode::NOT_FOUND, "application"));
    Host::start(&health, app.layer(stack)).await
}

/// Sends each on a connection of its own, asks properly after each, and names all that was answered otherwise.
pub(crate) async fn expect(rows: Vec<(impl AsRef<[u8]>, (u16, &str))>) {
    let host = host().await;
    let mut wrong = Vec::new();
    for (bytes, expected) in &rows {
        let bytes = bytes.as_ref();
        let mut wire = Wire::connect(host.addr()).await;
        let _hung_up_already = wire.try_send(bytes).await;
        let answer = wire.try_answer().await;
        if answer.as_ref().map(Answer::plain).ok() != Some(*expected) {
            let shown = bytes[..bytes.len().min(80)].escape_ascii();
            wrong.push(format!("{shown}: {answer:?}, not {expected:?}"));
        }
        let mut wire = Wire::connect(host.addr()).await;
        assert_eq!(wire.get("/health/live").await.plain(), OK);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    host.stop().await;
}

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nhost: test\r\n\r\n")
}

#[tokio::test]
async fn odd_methods() {
    let line = |method| format!("{method} /health/live HTTP/1.1\r\nhost: test\r\n\r\n");
    let methods = [
        ("BREW", NOT_ALLOWED),
        ("PROPFIND", NOT_ALLOWED),
        ("get", NOT_ALLOWED),
        ("Head", NOT_ALLOWED),
        ("GETT", NOT_ALLOWED),
        ("M-SEARCH", NOT_ALLOWED),
        ("QUERY", NOT_ALLOWED),
        ("!#$%&'*+-.^_`|~", NOT_ALLOWED),
        ("G\0ET", BAD_REQUEST),
        ("G(T", BAD_REQUEST),
        ("\u{fc}", BAD_REQUEST),
    ];
    expect(
        methods
            .map(|(method, expected)| (line(method), expected))
            .into(),
    )
    .await;
    let long = "A".repeat(60_000);
    expect(vec![(line(&long), NOT_ALLOWED)]).await;
}

#[tokio::test]
async fn odd_targets() {
    let targets = [
        ("/health/%6Cive", APP),
        ("/%68ealth/live", APP),
        ("/health%2Flive", APP),
        ("/health/live%00", APP),
        ("/health/live%2F", APP),
        ("/health/live%", APP),
        ("//health/live", APP),
        ("/health//live", APP),
        ("/./health/live", APP),
        ("/health/../health/live", APP),
        ("/health/live/../ready", APP),
        ("/health/live/.", APP),
        ("/health/live;x=1", APP),
        ("/health/live\u{e9}", APP),
        ("/health/live#x", OK),
        ("/health/live\0", BAD_REQUEST),
        ("/health/live\x01", BAD_REQUEST),
        ("health/live", BAD_REQUEST),
        ("", BAD_REQUEST),
        ("*", APP),
        ("http:///health/live", BAD_REQUEST),
        ("HTTP://test/health/live", OK),
        ("ftp://test/health/live", OK),
        ("http://user:password@test/health/live", OK),
        ("http://[::1]:80/health/live", OK),
        ("http://test/%2e/health/live", APP),
    ];
    expect(
        targets
            .map(|(target, expected)| (get(target), expected))
            .into(),
    )
    .await;
    let long = get(&format!("/health/live?{}", "x".repeat(60_000)));
    expect(vec![(long, OK)]).await;
    let longer = get(&format!("/health/live?{}", "x".repeat(70_000)));
    expect(vec![(longer, TOO_LONG)]).await;
}
