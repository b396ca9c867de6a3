//! What an attribute registers, read back.

use std::task::{Context, Poll, Waker};
use std::time::Duration;

use health_macros::{checks, external_check, liveness_check, readiness_check, startup_check};
use health_tower::__private::{Entry, Registration, Run, StateMap, inventory};
use health_tower::{Check, Impact, Outcome, Probe, Scope, State};

#[readiness_check(
    name = "orders-database",
    timeout = "100ms",
    every = "1m30s",
    jitter = "20%",
    backoff = "1h",
    fail_after = 3,
    pass_after = 2,
    stale_after = "1.5h",
    initial_delay = "0s",
    impact = observe,
    scope = shared
)]
async fn database(pool: State<u32>, cache: &u64, _: Option<State<u8>>) -> Result<(), String> {
    Err(format!("{} {cache}", *pool))
}
const DATABASE_LINE: u32 = line!() - 3;

#[liveness_check]
fn ticking() -> bool {
    false
}

#[startup_check]
async fn warm(cache: Option<State<u64>>) -> Outcome {
    std::future::ready(()).await;
    Outcome::warn(cache.is_none())
}

#[external_check]
fn r#type() -> Result<bool, String> {
    Ok(true)
}

#[test]
fn an_entry_says_what_was_written() {
    let entry = &__health_check_database;
    assert_eq!(entry.name, "orders-database");
    assert_eq!(entry.probe, Probe::Readiness);
    assert_eq!((entry.file, entry.line), (file!(), DATABASE_LINE));
    let names: Vec<_> = entry
        .arguments
        .iter()
        .map(|it| (it.name, (it.wanted)()))
        .collect();
    assert_eq!(names, [("pool", "u32"), ("cache", "u64"), ("_", "u8")]);
    let options = entry.options;
    assert_eq!(options.timeout, Some(Duration::from_millis(100)));
    assert_eq!(options.every, Some(Duration::from_secs(90)));
    assert_eq!(options.jitter, Some(20));
    assert_eq!(options.backoff, Some(Duration::from_secs(3600)));
    assert_eq!((options.fail_after, options.pass_after), (Some(3), Some(2)));
    assert_eq!(options.stale_after, Some(Duration::from_secs(5400)));
    assert_eq!(options.initial_delay, Some(Duration::ZERO));
    assert_eq!(
        (options.impact, options.scope),
        (Some(Impact::Observe), Some(Scope::Shared))
    );
}

#[test]
fn what_was_not_written_is_left_to_the_defaults() {
    let entry = &__health_check_type;
    assert_eq!((entry.name, entry.probe), ("type", Probe::External));
    assert_eq!(entry.options.every, None);
    assert_eq!(entry.options.impact, None);
    assert!(entry.arguments.is_empty());
}

/// One vocabulary: each option of the macros is a setter of `Check`, and none is left over on either side.
#[test]
fn the_macros_and_check_have_the_same_options() {
    let check = Check::readiness("orders-database", || async { true })
        .timeout(Duration::from_millis(100))
        .every(Duration::from_secs(90))
        .jitter(20)
        .backoff(Duration::from_secs(3600))
        .fail_after(3)
        .pass_after(2)
        .stale_after(Duration::from_secs(5400))
        .initial_delay(Duration::ZERO)
        .impact(Impact::Observe)
        .scope(Scope::Shared);
    let written = format!("{:?}", __health_check_database.options);
    assert!(!written.contains("None"), "one is missing: {written}");
    let set = format!("{check:?}");
    assert!(set.contains(&written), "{set}\n{written}");
    // All that can be left out is left to the same defaults, which the engine fills in.
    let none = format!("{:?}", __health_check_type.options);
    let check = Check::external("type", || async { true });
    assert!(format!("{check:?}").contains(&none), "{check:?}\n{none}");
}

#[test]
fn every_entry_is_registered_once() {
    let mut names: Vec<_> = inventory::iter::<Registration>()
        .map(|it| it.0.name)
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["orders-database", "ticking", "type", "warm"]);
    assert_eq!(checks![database, ticking, warm, r#type].len(), 4);
}

#[test]
fn an_entry_calls_its_function() {
    assert_eq!(
        run(&__health_check_ticking),
        Some(Outcome::fail("returned false"))
    );
    assert_eq!(run(&__health_check_type), Some(Outcome::Pass));
    assert_eq!(run(&__health_check_warm), Some(Outcome::warn("true")));
}

#[test]
fn without_its_state_a_function_is_not_called() {
    assert_eq!(run(&__health_check_database), None);
    let present: Vec<_> = __health_check_database
        .arguments
        .iter()
        .map(|it| (it.present)(&StateMap::default()))
        .collect();
    assert_eq!(present, [false, false, true]);
}

/// Runs a check without any state.
fn run(entry: &Entry) -> Option<Outcome> {
    match entry.run {
        Run::Sync(run) => run(&StateMap::default()),
        Run::Async(run) => {
            let mut future = run(&StateMap::default())?;
            match future
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
            {
                Poll::Ready(outcome) => Some(outcome),
                Poll::Pending => panic!("it has nothing to wait for"),
            }
        }
    }
}
