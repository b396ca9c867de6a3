//! The two forms.

use health_tower::{Check, CheckState, Health, Impact, Outcome};
use http::Method;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde_json::json;

use crate::world::{FACES, JSON, SECRET, ask, get, guarded, open, seen};

/// One check whose error holds what nobody may see, one that only warns, one that is fine.
async fn health() -> Health {
    let health = Health::builder()
        .linked(false)
        .watchdog(health_tower::Watchdog::off())
        .check(
            Check::readiness("orders-database", || async {
                Err::<(), _>(format!(
                    "no route to {SECRET}\n[+]fake ok\u{2028}[+]fake ok"
                ))
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
        .check(Check::readiness("all-well", || async { true }))
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

#[tokio::test]
async fn who_may_see_it_gets_lines() {
    let layer = guarded(&health().await);
    for face in FACES {
        let request = ask(&Method::GET, "/health/ready?verbose", "*/*", "Bearer t0ken");
        let answer = seen(face, &layer, request).await;
        assert_eq!(answer.headers[CONTENT_TYPE], "text/plain; charset=utf-8");
        assert_eq!(answer.headers["cache-control"], "no-store");
        let expected = format!(
            "[-]orders-database failed: no route to {SECRET} [+]fake ok [+]fake ok\n\
             [+]queue ok: half full\n\
             [-]sessions failed (degrades): returned false\n\
             [+]all-well ok\n\
             [-]fatal error `journal`: {SECRET}\n\
             readiness unavailable (serving, 0 in flight)\n"
        );
        assert_eq!(answer.text(), expected);
        let live = ask(&Method::GET, "/health/live?verbose", "*/*", "Bearer t0ken");
        let live = seen(face, &layer, live).await;
        assert_eq!(live.text(), "liveness ok (serving, 0 in flight)\n");
    }
}

#[tokio::test]
async fn who_may_see_it_gets_health_json() {
    let layer = guarded(&health().await);
    for face in FACES {
        let request = ask(&Method::GET, "/health/ready", JSON, "Bearer t0ken");
        let answer = seen(face, &layer, request).await;
        assert_eq!(answer.status, 503);
        assert_eq!(answer.headers[CONTENT_TYPE], JSON);
        let document = answer.json();
        assert_eq!(document["status"], "fail");
        assert_eq!(document["phase"], "serving");
        assert_eq!(document.get("truncated"), None);
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
        assert_eq!(check("all-well")["status"], "pass");
        assert_eq!(
            (&check("queue")["status"], &check("queue")["output"]),
            (&json!("warn"), &json!("half full"))
        );
        assert!(
            document["checks"].get("migrations").is_none(),
            "that is the start-up probe's"
        );
    }
}

#[tokio::test]
async fn connections_are_shown_beside_what_is_in_flight() {
    let health = Health::builder().linked(false).start().unwrap();
    let layer = open(&health);
    let mut connections = Vec::new();
    let _requests = [health.hold(), health.hold(), health.hold()];
    for said in ["", ", 1 connection open", ", 2 connections open"] {
        let json = get(&layer, "/health/ready", JSON).await.json();
        assert_eq!(
            (&json["inFlight"], &json["connections"]),
            (&json!(3), &json!(connections.len()))
        );
        let verbose = get(&layer, "/health/ready?verbose", "*/*").await;
        let expected = format!("readiness ok (serving, 3 in flight{said})\n");
        assert_eq!(verbose.text(), expected);
        connections.push(health.connections().open());
    }
}

#[tokio::test]
async fn head_has_the_length_and_no_body() {
    let layer = guarded(&health().await);
    for face in FACES {
        let uri = "/health/startup?verbose";
        let get = ask(&Method::GET, uri, "*/*", "Bearer t0ken");
        let get = seen(face, &layer, get).await;
        let head = ask(&Method::HEAD, uri, "*/*", "Bearer t0ken");
        let head = seen(face, &layer, head).await;
        assert_eq!(get.headers[CONTENT_LENGTH], get.body.len().to_string());
        assert_eq!(
            (head.status, &head.headers, head.body.len()),
            (get.status, &get.headers, 0)
        );
    }
}
