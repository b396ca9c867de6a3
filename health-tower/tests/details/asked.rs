//! Who asks, and what observed checks would have done.

use std::time::Duration;

use bytes::Bytes;
use health_tower::{Check, Health, HealthLayer, Impact, Probe, ProbeService, Watchdog};
use http::Request;
use http_body_util::Full;
use tower::ServiceExt as _;

use crate::world::{JSON, get, open};

fn health() -> Health {
    let builder = Health::builder().linked(false);
    builder.watchdog(Watchdog::off()).start().unwrap()
}

async fn ask(layer: &HealthLayer, method: &str, path: &str, agent: Option<&'static [u8]>) -> u16 {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(agent) = agent {
        request = request.header("user-agent", http::HeaderValue::from_bytes(agent).unwrap());
    }
    let request = request.body(Full::<Bytes>::default()).unwrap();
    let answer = ProbeService::new(layer).oneshot(request).await.unwrap();
    answer.status().as_u16()
}

#[tokio::test(start_paused = true)]
async fn each_who_asks_is_noted_once_whatever_the_spelling() {
    let health = health();
    let layer = open(&health);
    for _ in 0..2 {
        ask(&layer, "GET", "/health/ready", Some(b"kube-probe/1.33")).await;
        ask(
            &layer,
            "HEAD",
            "/health/ready/?a=1",
            Some(b"kube-probe/1.33"),
        )
        .await;
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    ask(&layer, "GET", "http://orders/health/live", None).await;
    ask(&layer, "GET", "/health/startup", Some(b"\xffno text")).await;
    // Neither an answer to a probe nor an asker.
    assert_eq!(
        ask(&layer, "POST", "/health/ready", Some(b"curl")).await,
        405
    );
    assert_eq!(
        ask(&layer, "GET", "/health/readyz", Some(b"curl")).await,
        404
    );
    tokio::time::sleep(Duration::from_secs(1)).await;
    let now = health.snapshot();
    let lines: Vec<_> = now.probers().map(ToString::to_string).collect();
    let expected = [
        "kube-probe/1.33 asks readiness at `/health/ready` every 5.0s",
        "a prober without a user agent asks liveness at `/health/live` now and then",
        "a prober without a user agent asks startup at `/health/startup` now and then",
    ];
    // Two questions at once, twice.
    assert_eq!(lines[1..], expected[1..]);
    assert!(lines[0].starts_with("kube-probe/1.33 asks readiness at `/health/ready` "));
    assert_eq!(now.probers().next().unwrap().asked(), 4);
    let answers = |probe| {
        let answers = now.answers(probe);
        (answers.up(), answers.down())
    };
    assert_eq!(answers(Probe::Readiness), (4, 0));
    assert_eq!(answers(Probe::Liveness), (1, 0));
    assert_eq!(answers(Probe::Startup), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn readiness_shows_who_asks_and_what_is_odd_about_it() {
    let health = health();
    let layer = open(&health);
    for _ in 0..40 {
        drop(health.in_flight().enter_request());
        ask(
            &layer,
            "GET",
            "/health/live",
            Some(b"ELB-HealthChecker/2.0\""),
        )
        .await;
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    let document = get(&layer, "/health/ready", JSON).await.json();
    let prober = &document["probers"][0];
    assert_eq!(prober["userAgent"], "ELB-HealthChecker/2.0\"");
    assert_eq!(prober["probe"], "liveness");
    assert_eq!(
        (&prober["over"], &prober["at"]),
        (&"http".into(), &"/health/live".into())
    );
    assert_eq!(prober["intervalSeconds"], 5.0);
    assert_eq!(
        (&prober["asked"], &prober["lastAnswer"]),
        (&40.into(), &"up".into())
    );
    let advice = document["advice"].as_array().unwrap();
    let kinds: Vec<_> = advice
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["nobody_asks_readiness", "routes_by_another_probe"]);
    assert!(
        advice[1]["what"]
            .as_str()
            .unwrap()
            .contains("let it ask `GET /health/ready`")
    );
    assert_eq!(document["status"], "pass", "advice keeps no probe down");

    let lines = get(&layer, "/health/ready?verbose", "").await;
    let lines = lines.text();
    for line in [
        "[!]advice nobody_asks_readiness: nobody has asked readiness for two minutes",
        "\n[!]advice routes_by_another_probe: ELB-HealthChecker/2.0\" asks liveness",
        "\n[ ]ELB-HealthChecker/2.0\" asks liveness at `/health/live` every 5.0s; 5 s ago it was told `up`\n",
        "\nreadiness ok (serving, 0 in flight)\n",
    ] {
        assert!(lines.contains(line), "{line} is not in {lines}");
    }
    for path in ["/health/live", "/health/startup"] {
        let document = get(&layer, path, JSON).await.json();
        assert!(document.get("probers").is_none() && document.get("advice").is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn an_observed_check_shows_what_it_would_have_done() {
    let new = Check::readiness("new", || async { false }).fail_after(1);
    let good = Check::readiness("good", || async { true });
    let builder = Health::builder().linked(false).watchdog(Watchdog::off());
    let builder = builder.check(new.impact(Impact::Observe)).check(good);
    let health = builder.start().unwrap();
    tokio::time::sleep(Duration::from_secs(100)).await;
    let document = get(&open(&health), "/health/ready", JSON).await.json();
    let outages = &document["checks"]["new"][0]["outages"];
    assert_eq!(outages["count"], 1);
    assert_eq!(outages["observedSeconds"], 100.0);
    assert!(outages["seconds"].as_f64().unwrap() > 90.0, "{outages}");
    assert_eq!(outages["seconds"], outages["longestSeconds"]);
    // Nothing happened, and nobody waits for it.
    assert!(document["checks"]["good"][0].get("outages").is_none());
}

#[tokio::test(start_paused = true)]
async fn who_looks_at_details_is_no_prober() {
    let health = health();
    let layer = open(&health);
    for _ in 0..30 {
        ask(&layer, "GET", "/health/live", Some(b"kube-probe/1.33")).await;
        get(&layer, "/health/ready?verbose", "").await;
        drop(health.in_flight().enter_request());
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    let lines = get(&layer, "/health/ready?verbose", "").await;
    let lines = lines.text();
    assert!(
        lines.contains("nobody_asks_readiness") && !lines.contains("lame_duck_too_short"),
        "{lines}"
    );
}
