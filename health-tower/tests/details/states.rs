//! What is, in words that are true.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use health_tower::{
    Check, CheckState, Details, DrainPolicy, Health, HealthLayer, Impact, Probe, ProbePaths,
};

use crate::world::{JSON, get, layer, open};

#[tokio::test(start_paused = true)]
async fn details_follow_the_drain_and_outlive_no_one() {
    let health = Health::builder().linked(false).start().unwrap();
    let layer = layer(
        &health,
        Details::when(|parts| parts.uri.query() == Some("verbose")),
    );
    let warm = health.startup_task("warm cache");
    let ready = async || get(&layer, "/health/ready?verbose", "*/*").await;
    assert_eq!(
        ready().await.text(),
        "[-]start-up task `warm cache` is under way\nreadiness unavailable (starting, 0 in flight)\n"
    );
    warm.done();
    health.shutdown();
    assert_eq!(
        ready().await.text(),
        "[-]draining\nreadiness unavailable (draining, 0 in flight)\n"
    );
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(
        ready().await.text(),
        "[-]closed\nreadiness unavailable (closed, 0 in flight)\n"
    );
}

#[tokio::test]
async fn a_drain_tells_envoy_in_every_form() {
    let health = Health::builder().linked(false).start().unwrap();
    let layer = HealthLayer::builder(&health).envoy_immediate_fail(true);
    let layer = layer.details(Details::when(|_| true)).build().unwrap();
    let header = "x-envoy-immediate-health-check-fail";
    for told in [false, true] {
        for (uri, accept) in [("/health/ready?verbose", "*/*"), ("/health/ready", JSON)] {
            let answer = get(&layer, uri, accept).await;
            assert_eq!(answer.headers.contains_key(header), told, "{uri}");
        }
        health.shutdown();
    }
}

/// A note is what keeps the probe down; a lame duck that stays ready has none.
#[tokio::test]
async fn a_drain_that_leaves_readiness_up_is_no_note() {
    let policy = DrainPolicy::default().stay_ready_while_terminating();
    let health = Health::builder().linked(false).drain(policy);
    let health = health.start().unwrap();
    let layer = layer(&health, Details::when(|_| true));
    health.shutdown();
    assert_eq!(
        get(&layer, "/health/ready?verbose", "*/*").await.text(),
        "readiness ok (draining, 0 in flight)\n"
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
        let paths = ProbePaths::none().ready("ready");
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
    let once = AtomicBool::new(true);
    let flaps = Check::readiness("flaps", move || {
        let up = once.swap(false, Ordering::SeqCst);
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
    let layer = open(&health);
    let answer = get(&layer, "/health/ready?verbose", "*/*").await;
    let watched = health.snapshot().check("watched").unwrap().outages();
    // It is down for others.
    let nothing = "would not have taken readiness down, in ";
    assert!(watched.to_string().starts_with(nothing), "{watched}");
    let expected = format!(
        "[-]hangs failed [timed_out]: no answer within 1s\n\
         [-]later has not run yet\n\
         [-]refused has not succeeded yet: refused\n\
         [+]flaps ok so far, but the last run failed: returned false\n\
         [-]watched failed (observe): returned false; {watched}\n\
         readiness unavailable (serving, 0 in flight)\n"
    );
    assert_eq!(answer.text(), expected);
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
    let layer = open(&health);
    let document = get(&layer, "/health/ready", JSON).await.json();
    assert_eq!(document["status"], "pass");
}

/// Liveness is up until a check says otherwise: no check of its own may then read as what keeps it down.
#[tokio::test(start_paused = true)]
async fn a_liveness_check_that_has_not_run_yet_fails_nothing() {
    let later = Check::liveness("sound", true, |sound| *sound);
    let later = later.initial_delay(Duration::from_secs(3600));
    let health = Health::builder().linked(false).check(later);
    let health = health.start().unwrap();
    let answer = get(&open(&health), "/health/live", JSON).await;
    let document = answer.json();
    assert_eq!(answer.status, 200);
    assert_eq!(document["status"], "warn");
    assert_eq!(document["checks"]["sound"][0]["status"], "warn");
    assert_eq!(document["checks"]["sound"][0]["state"], "pending");
}

/// The runtime of the checks is gone, and with it whoever would take results back.
#[test]
fn a_result_that_nobody_renewed_is_shown_as_stale() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let short = Duration::from_millis(50);
    let database = Check::readiness("database", || async { true });
    let health = Health::builder()
        .linked(false)
        .runtime(runtime.handle().clone())
        .check(database.every(short).timeout(short).stale_after(short))
        .start()
        .unwrap();
    let layer = open(&health);
    runtime.block_on(async {
        let mut changes = health.subscribe();
        while !health.status(Probe::Readiness).is_up() {
            changes.changed().await.unwrap();
        }
    });
    drop(runtime);
    while health.status(Probe::Readiness).is_up() {
        std::thread::yield_now();
    }
    let asked = get(&layer, "/health/ready", JSON);
    let answer = tokio_test::block_on(asked);
    assert_eq!(answer.status, 503);
    let check = &answer.json()["checks"]["database"][0];
    assert_eq!(
        (&check["status"], &check["cause"]),
        (&"fail".into(), &"stale".into())
    );
    assert_eq!(check["output"], "stale: no result within `stale_after`");
}
