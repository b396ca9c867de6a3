//! The forms in which a path may come, and which paths are probes at all.

use axum::Router;
use health_tower::{Check, Health, HealthLayer, Probe, ProbePaths, ProbeService};
use integration_tests::host::{Host, builder, healthy};
use integration_tests::patience::until_snapshot;
use integration_tests::wire::Wire;

const OK: (u16, &str) = (200, "ok");
const APP: (u16, &str) = (404, "application");

fn app() -> Router {
    Router::new().fallback(|| async { (http::StatusCode::NOT_FOUND, "application") })
}

async fn host(health: &Health, paths: ProbePaths) -> Host {
    let layer = HealthLayer::builder(health).paths(paths).build().unwrap();
    Host::start(health, app().layer(layer)).await
}

async fn expect(host: Host, rows: &[(&str, (u16, &str))]) {
    let mut wire = Wire::connect(host.addr()).await;
    for (path, expected) in rows {
        assert_eq!(wire.get(path).await.plain(), *expected, "{path}");
    }
    host.stop().await;
}

#[tokio::test]
async fn one_question_in_many_forms() {
    let rows = [
        ("/health/live?", OK),
        ("/health/live?verbose&exclude=a/b", OK),
        ("/health/live?/health/nothing", OK),
        ("/health/live/", OK),
        ("/health/live/?x=/", OK),
        ("http://test/health/live", OK),
        ("http://elsewhere.example:8080/health/ready/?x", OK),
        ("http://test", APP),
        ("http://test/x?/health/live", APP),
        ("/health/live//", APP),
        ("/health/live/x", APP),
        ("/health", APP),
        ("/health/", APP),
        ("/Health/live", APP),
        ("/", APP),
    ];
    expect(host(&healthy(), ProbePaths::default()).await, &rows).await;
}

#[tokio::test]
async fn short_paths() {
    let rows = [
        ("/live", OK),
        ("/ready", OK),
        ("/startup", OK),
        ("/external", APP),
        ("/health/live", APP),
    ];
    expect(host(&healthy(), ProbePaths::short()).await, &rows).await;
}

#[tokio::test]
async fn kubernetes_paths() {
    let rows = [
        ("/livez", OK),
        ("/readyz?verbose", OK),
        ("/startupz", OK),
        ("/externalz", APP),
        ("/live", APP),
    ];
    expect(host(&healthy(), ProbePaths::kubernetes()).await, &rows).await;
}

#[tokio::test]
async fn aliases_beside_the_presets() {
    let paths = ProbePaths::default()
        .live("/ping")
        .ready("/")
        .ready("/a/b~c");
    let rows = [
        ("/ping", OK),
        ("/ping/", OK),
        ("/", OK),
        ("http://test", OK),
        ("/?x", OK),
        ("/a/b~c", OK),
        ("/health/live", OK),
        ("/health/ready", OK),
        ("/a/b", APP),
    ];
    expect(host(&healthy(), paths).await, &rows).await;
}

#[tokio::test]
async fn two_slashes_are_not_the_root() {
    let root = host(&healthy(), ProbePaths::none().ready("/")).await;
    expect(root, &[("//", APP)]).await;
}

#[tokio::test]
async fn external_belongs_to_the_application_until_a_check_is_declared() {
    let without = host(&healthy(), ProbePaths::default()).await;
    expect(without, &[("/health/external", APP), ("/health/ready", OK)]).await;

    for (up, answer) in [(true, OK), (false, (503, "unavailable"))] {
        let check = Check::external("orders", move || async move { up }).fail_after(1);
        let health = builder().check(check).start().unwrap();
        until_snapshot(&health, "the first result", |snapshot| {
            snapshot.checks().all(|check| check.outcome().is_some())
        })
        .await;
        // The others don't depend on it.
        let rows = [
            ("/health/external", answer),
            ("/health/ready", OK),
            ("/health/live", OK),
        ];
        assert_eq!(health.status(Probe::External).is_up(), up);
        expect(host(&health, ProbePaths::default()).await, &rows).await;
    }
}

#[tokio::test]
async fn a_stand_alone_service_has_the_same_paths() {
    let health = healthy();
    let paths = ProbePaths::short().live("/ping");
    let layer = HealthLayer::builder(&health).paths(paths).build().unwrap();
    let admin = Router::new().fallback_service(ProbeService::new(&layer));
    let rows = [
        ("/ping", OK),
        ("/ready/", OK),
        ("/external", (404, "not found")),
        ("/orders", (404, "not found")),
    ];
    expect(Host::start(&health, admin).await, &rows).await;
}
