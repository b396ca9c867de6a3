//! Who sees names and causes, and who doesn't.

#![cfg(feature = "details")]
#![allow(clippy::unwrap_used, reason = "a test")]

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use health_tower::{
    Check, CheckState, Details, Health, HealthLayer, Impact, Outcome, ProbeService,
};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{Method, Request, Response};
use http_body_util::{BodyExt as _, Empty};
use serde_json::{Value, json};
use tower::{Layer as _, ServiceExt as _, service_fn};

const SECRET: &str = "postgres://orders:hunter2@db-7.internal:5432";
const JSON: &str = "application/health+json";

/// One check whose error holds what nobody may see, one that only warns, one that is fine.
async fn health() -> Health {
    let health = Health::builder()
        .linked(false)
        .check(
            Check::readiness("orders-database", || async {
                Err::<(), _>(format!("no route to {SECRET}\n[+]fake ok"))
            })
            .fail_after(1),
        )
        .check(
            Check::readiness("sessions", || async { false })
                .fail_after(1)
                .impact(Impact::Degrades),
        )
        .check(Check::readiness("queue", || async {
            Outcome::warn("half full")
        }))
        .check(Check::startup("migrations", || async { true }))
        .start()
        .unwrap();
    let mut changes = health.subscribe();
    let mut now = changes.latest();
    while now
        .checks()
        .any(|check| check.state() == CheckState::Pending)
    {
        now = changes.changed().await.unwrap();
    }
    health.report_fatal("journal", SECRET);
    health
}

fn guarded(health: &Health) -> HealthLayer {
    let details = Details::bearer_token("t0ken");
    HealthLayer::builder(health)
        .details(details)
        .build()
        .unwrap()
}

fn ask(method: &Method, uri: &str, accept: &str, token: &str) -> Request<Empty<Bytes>> {
    let request = Request::builder()
        .method(method)
        .uri(uri)
        .header(ACCEPT, accept);
    request
        .header(AUTHORIZATION, token)
        .body(Empty::new())
        .unwrap()
}

/// The whole answer as text: status, headers, body.
async fn seen(
    layer: &HealthLayer,
    request: Request<Empty<Bytes>>,
) -> (String, http::HeaderMap, String) {
    let external = request.uri().path().contains("external");
    let alone = ProbeService::new(layer)
        .oneshot(request.clone())
        .await
        .unwrap();
    let application =
        service_fn(|_| async { Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new())) });
    let layered = layer.layer(application).oneshot(request).await.unwrap();
    // What nobody declared is the application's behind a layer, and not found without one.
    if !external {
        assert_eq!(alone.status(), layered.status());
        assert_eq!(
            alone.headers()[CONTENT_TYPE],
            layered.headers()[CONTENT_TYPE]
        );
    }
    let (parts, body) = layered.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    (
        format!("{} {:?} {body}", parts.status, parts.headers),
        parts.headers,
        body,
    )
}

#[tokio::test]
async fn leaky_information_nothing_reaches_who_may_not_see_it() {
    let health = health().await;
    let open = HealthLayer::new(&health);
    for layer in [&guarded(&health), &open] {
        for path in [
            "/health/live",
            "/health/ready",
            "/health/startup",
            "/health/external",
            "/health/ready/",
        ] {
            for query in ["", "?verbose", "?verbose=1&token=t0ken"] {
                for accept in ["*/*", JSON, "application/json"] {
                    for token in ["", "Bearer ", "Bearer wrong", "Basic t0ken"] {
                        for method in [Method::GET, Method::HEAD, Method::POST, Method::OPTIONS] {
                            let uri = format!("{path}{query}");
                            let (all, _, body) =
                                seen(layer, ask(&method, &uri, accept, token)).await;
                            for hidden in [
                                "hunter2",
                                "db-7",
                                "database",
                                "sessions",
                                "journal",
                                "migrations",
                                "json",
                            ] {
                                assert!(!all.contains(hidden), "{method} {uri}: {all}");
                            }
                            let plain =
                                ["", "ok", "unavailable", "not found", "method not allowed"];
                            assert!(plain.contains(&&*body), "{body}");
                        }
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn who_may_see_it_gets_lines() {
    let layer = guarded(&health().await);
    let request = ask(&Method::GET, "/health/ready?verbose", "*/*", "Bearer t0ken");
    let (_, headers, body) = seen(&layer, request).await;
    assert_eq!(headers[CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(headers["cache-control"], "no-store");
    let expected = format!(
        "[-]orders-database failed: no route to {SECRET} [+]fake ok\n\
         [+]queue ok: half full\n\
         [-]sessions failed (degrades): returned false\n\
         [-]fatal error `journal`: {SECRET}\n\
         readiness unavailable (serving, 0 in flight)\n"
    );
    assert_eq!(body, expected);
    let (_, _, live) = seen(
        &layer,
        ask(&Method::GET, "/health/live?verbose", "*/*", "Bearer t0ken"),
    )
    .await;
    assert_eq!(live, "liveness ok (serving, 0 in flight)\n");
}

#[tokio::test]
async fn who_may_see_it_gets_health_json() {
    let layer = guarded(&health().await);
    let (all, headers, body) = seen(
        &layer,
        ask(&Method::GET, "/health/ready", JSON, "Bearer t0ken"),
    )
    .await;
    assert!(all.starts_with("503"), "{all}");
    assert_eq!(headers[CONTENT_TYPE], JSON);
    let document: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(document["status"], "fail");
    assert_eq!(document["phase"], "serving");
    assert_eq!(
        document["notes"],
        json!([format!("fatal error `journal`: {SECRET}")])
    );
    let check = |name: &str| document["checks"][name][0].clone();
    let database = check("orders-database");
    assert_eq!(
        (&database["status"], &database["cause"], &database["impact"]),
        (&json!("fail"), &json!("failed"), &json!("critical"))
    );
    assert!(database["output"].as_str().unwrap().contains(SECRET));
    assert!(database["observedValue"].is_number() && database["ageSeconds"].is_number());
    assert_eq!(check("sessions")["status"], "warn");
    assert_eq!(
        (&check("queue")["status"], &check("queue")["output"]),
        (&json!("warn"), &json!("half full"))
    );
    assert!(
        document["checks"].get("migrations").is_none(),
        "that is the start-up probe's"
    );
}

#[tokio::test]
async fn head_has_the_length_and_no_body() {
    let layer = guarded(&health().await);
    let (_, get, body) = seen(
        &layer,
        ask(
            &Method::GET,
            "/health/startup?verbose",
            "*/*",
            "Bearer t0ken",
        ),
    )
    .await;
    let (_, head, nothing) = seen(
        &layer,
        ask(
            &Method::HEAD,
            "/health/startup?verbose",
            "*/*",
            "Bearer t0ken",
        ),
    )
    .await;
    assert_eq!(get[CONTENT_LENGTH], body.len().to_string());
    assert_eq!(
        (&head[CONTENT_LENGTH], &*nothing),
        (&get[CONTENT_LENGTH], "")
    );
}

#[tokio::test(start_paused = true)]
async fn details_follow_the_drain_and_outlive_no_one() {
    let health = Health::builder().linked(false).start().unwrap();
    let layer = HealthLayer::builder(&health)
        .details(Details::when(|parts| parts.uri.query() == Some("verbose")))
        .build()
        .unwrap();
    let warm = health.startup_task("warm cache");
    let ready = || ask(&Method::GET, "/health/ready?verbose", "*/*", "");
    let (_, _, body) = seen(&layer, ready()).await;
    assert_eq!(
        body,
        "[-]start-up task `warm cache` is under way\nreadiness unavailable (starting, 0 in flight)\n"
    );
    warm.done();
    health.shutdown();
    let (_, _, body) = seen(&layer, ready()).await;
    assert_eq!(
        body,
        "[-]draining\nreadiness unavailable (draining, 0 in flight)\n"
    );
    tokio::time::sleep(Duration::from_secs(60)).await;
    let (_, _, body) = seen(&layer, ready()).await;
    assert_eq!(
        body,
        "[-]closed\nreadiness unavailable (closed, 0 in flight)\n"
    );
}

#[tokio::test]
async fn a_token_that_can_not_work_is_refused_with_all_else() {
    let health = Health::builder().linked(false).start().unwrap();
    for (token, said) in [
        ("", "is empty"),
        ("t0ken\n", "may end with a line break"),
        ("tökén", "no header can carry"),
    ] {
        let paths = health_tower::ProbePaths::none().ready("ready");
        let builder = HealthLayer::builder(&health).paths(paths);
        let error = builder
            .details(Details::bearer_token(token))
            .build()
            .unwrap_err();
        assert_eq!(error.problems().len(), 2, "{error}");
        assert!(error.to_string().contains(said), "{error}");
    }
}

/// What a check is, in words that are true: not yet run, run without success, up in spite of a failure.
#[tokio::test(start_paused = true)]
async fn lines_say_what_is() {
    let once = std::sync::atomic::AtomicBool::new(true);
    let flaps = Check::readiness("flaps", move || {
        let up = once.swap(false, std::sync::atomic::Ordering::SeqCst);
        async move { up }
    });
    let health = Health::builder()
        .linked(false)
        .check(flaps.fail_after(3).jitter(0))
        .check(
            Check::readiness("hangs", std::future::pending::<bool>)
                .jitter(0)
                .fail_after(1),
        )
        .check(
            Check::readiness("later", || async { true }).initial_delay(Duration::from_secs(3600)),
        )
        .check(Check::readiness("refused", || async { Err::<(), _>("refused") }).fail_after(9))
        .check(
            Check::readiness("watched", || async { false })
                .fail_after(1)
                .impact(Impact::Observe),
        )
        .start()
        .unwrap();
    tokio::time::sleep(Duration::from_secs(7)).await;
    let layer = HealthLayer::builder(&health)
        .details(Details::when(|_| true))
        .build()
        .unwrap();
    let (_, _, body) = seen(
        &layer,
        ask(&Method::GET, "/health/ready?verbose", "*/*", ""),
    )
    .await;
    assert_eq!(
        body,
        "[+]flaps ok so far, but the last run failed: returned false\n\
         [-]hangs failed [timed_out]: no answer within 1s\n\
         [-]later has not run yet\n\
         [-]refused has not succeeded yet: refused\n\
         [-]watched failed (observe): returned false\n\
         readiness unavailable (serving, 0 in flight)\n"
    );
}

#[tokio::test]
async fn what_is_observed_does_not_even_warn() {
    let watched = Check::readiness("watched", || async { false })
        .fail_after(1)
        .impact(Impact::Observe);
    let health = Health::builder()
        .linked(false)
        .check(watched)
        .start()
        .unwrap();
    let mut changes = health.subscribe();
    while changes.latest().check("watched").unwrap().state() != CheckState::Down {
        changes.changed().await.unwrap();
    }
    let layer = HealthLayer::builder(&health)
        .details(Details::when(|_| true))
        .build()
        .unwrap();
    let (_, _, body) = seen(&layer, ask(&Method::GET, "/health/ready", JSON, "")).await;
    let document: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(document["status"], "pass");
}
