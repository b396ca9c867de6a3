//! Which checks are in the binary. A binary of its own, since what is linked is a property of the whole binary:
//! `linked-checks` is named below, `unlinked-checks` stands in `Cargo.toml` only.

use std::sync::atomic::{AtomicU64, Ordering};

use health_tower::{
    Health, InProcess, Probe, State, checks, liveness_check, readiness_check, startup_check,
};
use linked_checks as _;

struct Turns(AtomicU64);
impl InProcess for Turns {}

struct Pool;
struct Cache;

#[liveness_check(name = "turns", every = "20ms")]
fn the_scheduler_turns(turns: State<Turns>) -> bool {
    turns.0.load(Ordering::Relaxed) > 0
}

#[readiness_check(every = "20ms")]
async fn database(pool: &Pool, cache: Option<State<Cache>>) -> Result<(), String> {
    let _ = pool;
    if cache.is_some() {
        Ok(())
    } else {
        Err("no cache".to_owned())
    }
}

#[startup_check]
async fn warm() -> bool {
    true
}

fn builder() -> health_tower::HealthBuilder {
    Health::builder()
        .state(Turns(AtomicU64::new(1)))
        .state(Pool)
}

fn names(health: &Health) -> Vec<String> {
    health
        .snapshot()
        .checks()
        .map(|check| check.name().to_owned())
        .collect()
}

#[tokio::test]
async fn what_is_annotated_and_linked_is_registered() {
    let health = builder().start().unwrap();
    assert_eq!(
        names(&health),
        ["database", "in_linked_library", "turns", "warm"]
    );
    let snapshot = health.snapshot();
    assert_eq!(snapshot.check("turns").unwrap().probe(), Probe::Liveness);
    assert_eq!(snapshot.check("warm").unwrap().probe(), Probe::Startup);
}

/// A library that nothing names is not linked (rust-lang/rust#47384). Should this ever change, the docs must as well.
#[tokio::test]
async fn vacuously_ready_a_check_that_the_linker_dropped_is_an_error_at_start() {
    let expected = ["in_linked_library", "in_unlinked_library"];
    let error = builder().expect(expected).start().unwrap_err().to_string();
    for said in [
        "`in_unlinked_library` is expected but not here",
        "add `use that_crate as _;`",
        "linked: `database`, `in_linked_library`, `turns`, `warm`",
    ] {
        assert!(error.contains(said), "{said:?} is not in: {error}");
    }
    assert!(!error.contains("problems"), "only one is missing: {error}");
}

#[tokio::test]
async fn a_check_that_is_linked_and_named_is_one_check() {
    let named = checks![database, linked_checks::in_linked_library];
    let health = builder().checks(named).start().unwrap();
    assert_eq!(names(&health).len(), 4);
}

#[tokio::test]
async fn only_what_is_named_when_the_rest_is_switched_off() {
    let health = builder()
        .linked(false)
        .checks(checks![warm])
        .start()
        .unwrap();
    assert_eq!(names(&health), ["warm"]);
}

#[tokio::test]
async fn every_missing_state_is_named_with_check_place_and_type() {
    let error = Health::builder()
        .state(7_u8)
        .start()
        .unwrap_err()
        .to_string();
    for said in [
        "2 problems",
        "check `database` at integration-tests/tests/census/main.rs:",
        "needs `census::Pool` for its argument `pool`",
        "check `turns` at ",
        "needs `census::Turns` for its argument `turns`",
        "(provided: `u8`)",
    ] {
        assert!(error.contains(said), "{said:?} is not in: {error}");
    }
}

#[tokio::test]
async fn an_optional_state_is_there_or_not() {
    let without = builder()
        .linked(false)
        .checks(checks![database])
        .start()
        .unwrap();
    let with = builder()
        .linked(false)
        .checks(checks![database])
        .state(Cache)
        .start()
        .unwrap();
    let outcome = async |health: &Health| {
        let mut changes = health.subscribe();
        let mut now = changes.latest();
        while now.check("database").unwrap().outcome().is_none() {
            now = changes.changed().await.expect("there is a `Health`");
        }
        now.check("database").unwrap().outcome().unwrap().clone()
    };
    assert_eq!(
        outcome(&without).await,
        health_tower::Outcome::fail("no cache")
    );
    assert_eq!(outcome(&with).await, health_tower::Outcome::Pass);
}
