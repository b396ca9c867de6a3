//! Every method on every path, up and down, to the last header.

use axum::Router;
use health_tower::{Check, Health, HealthLayer, Probe};
use integration_tests::answer::Answer;
use integration_tests::host::{Host, builder};
use integration_tests::patience::until_snapshot;
use integration_tests::wire::Wire;

const PATHS: [&str; 4] = [
    "/health/live",
    "/health/ready",
    "/health/startup",
    "/health/external",
];

/// One check for each probe, all of which say `up`.
fn health_that_is(up: bool) -> Health {
    let check = move || async move { up };
    let health = builder()
        .check(Check::liveness("alive", (), move |&()| up).fail_after(1))
        .check(Check::readiness("ready", check).fail_after(1))
        .check(Check::startup("started", check).fail_after(1))
        .check(Check::external("reachable", check).fail_after(1));
    health.start().unwrap()
}

async fn served(up: bool) -> (Host, Wire) {
    let health = health_that_is(up);
    until_snapshot(&health, "the first results", |snapshot| {
        let settled = |probe| snapshot.status(probe).is_up() == up;
        snapshot.checks().all(|check| check.outcome().is_some())
            && Probe::ALL.map(settled) == [true; 4]
    })
    .await;
    let app = Router::new().layer(HealthLayer::new(&health));
    let host = Host::start(&health, app).await;
    let wire = Wire::connect(host.addr()).await;
    (host, wire)
}

/// All headers but the date, sorted.
fn headers(answer: &Answer) -> Vec<(&str, &str)> {
    let headers = answer
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let mut headers: Vec<_> = headers.filter(|(name, _)| *name != "date").collect();
    headers.sort_unstable();
    headers
}

/// Nothing but these may leave: no names, no versions.
fn expected(
    length: &'static str,
    more: Option<(&'static str, &'static str)>,
) -> Vec<(&'static str, &'static str)> {
    let common = [
        ("cache-control", "no-store"),
        ("content-length", length),
        ("content-type", "text/plain; charset=utf-8"),
        ("x-content-type-options", "nosniff"),
    ];
    let mut all: Vec<_> = common.into_iter().chain(more).collect();
    all.sort_unstable();
    all
}

async fn ask_every_path(up: bool) {
    let (status, body, length, more) = if up {
        (200, "ok", "2", None)
    } else {
        (503, "unavailable", "11", Some(("retry-after", "5")))
    };
    let (host, mut wire) = served(up).await;
    for path in PATHS {
        let answer = wire.get(path).await;
        assert_eq!(answer.plain(), (status, body), "GET {path}");
        assert_eq!(headers(&answer), expected(length, more), "GET {path}");

        // If a body followed, the next answer on this connection would begin with it.
        wire.request("HEAD", path).await;
        let answer = wire.head().await;
        assert_eq!(answer.status, status, "HEAD {path}");
        assert_eq!(headers(&answer), expected(length, more), "HEAD {path}");

        for method in ["POST", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"] {
            wire.request(method, path).await;
            let answer = wire.answer().await;
            assert_eq!(
                answer.plain(),
                (405, "method not allowed"),
                "{method} {path}"
            );
            let allow = Some(("allow", "GET, HEAD"));
            assert_eq!(headers(&answer), expected("18", allow), "{method} {path}");
        }
    }
    host.stop().await;
}

#[tokio::test]
async fn every_method_on_every_path_while_all_is_up() {
    ask_every_path(true).await;
}

#[tokio::test]
async fn every_method_on_every_path_while_all_is_down() {
    ask_every_path(false).await;
}
