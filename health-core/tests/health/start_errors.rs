use std::time::Duration;

use health_core::{Check, DrainPolicy, Impact, Scope};

use crate::support::{Switch, builder};

#[tokio::test]
async fn everything_wrong_is_said_at_once_with_place_and_fix() {
    let error = builder()
        .state(1_u32)
        .state(2_u32)
        .check(Switch::new(true).check("database"))
        .check(Check::readiness("database", || async { true }))
        .check(Check::readiness("", || async { true }))
        .check(
            Check::readiness("zero", || async { true })
                .every(Duration::ZERO)
                .timeout(Duration::ZERO),
        )
        .expect(["databse", "cache"])
        .drain(DrainPolicy::default().lame_duck(Duration::from_secs(60)))
        .start()
        .unwrap_err();
    let problems: Vec<_> = error.problems().collect();
    let all = error.to_string();
    assert_eq!(problems.len(), 8, "{all}");
    for said in [
        "8 problems",
        "a state of type `u32` was provided twice",
        "two checks are named `database`, at ",
        "start_errors.rs:",
        "a name must not be empty",
        "check `zero` at ",
        "`every` must be longer than zero",
        "`timeout` must be longer than zero",
        "`databse` is expected but not here; did you mean `database`?",
        "add `use that_crate as _;`",
        "the lame duck (60s) is as long as the deadline (25s) or longer",
    ] {
        assert!(all.contains(said), "{said:?} is not in:\n{all}");
    }
    assert_eq!(format!("{error:?}"), all, "`main` prints `Debug`");
}

#[test]
fn outside_a_runtime_it_says_what_to_do() {
    let error = builder().start().unwrap_err().to_string();
    assert!(
        error.contains("no tokio runtime") && error.contains(".runtime(handle)"),
        "{error}"
    );
}

#[test]
fn a_runtime_that_can_not_run_checks_is_refused() {
    let without_timers = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let error = builder()
        .runtime(without_timers.handle().clone())
        .start()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("no timers") && error.contains("enable_all()"),
        "{error}"
    );

    let ended = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let handle = ended.handle().clone();
    drop(ended);
    let error = builder().runtime(handle).start().unwrap_err().to_string();
    assert!(error.contains("has ended"), "{error}");
}

#[tokio::test]
async fn options_that_make_no_sense_for_a_check_are_refused() {
    let second = Duration::from_secs(1);
    let error = builder()
        .check(Check::startup("warm", || async { true }).impact(Impact::Degrades))
        .check(Check::startup("schema", || async { true }).stale_after(60 * second))
        .check(Check::liveness("turns", (), |()| true).scope(Scope::Shared))
        .check(Check::external("canary", || async { true }).impact(Impact::Degrades))
        .check(Check::readiness("busy", || async { true }).every(Duration::from_nanos(1)))
        .check(Check::readiness("slow", || async { true }).stale_after(second))
        .check(
            Check::readiness("several", || async { true })
                .every(2 * second)
                .timeout(3 * second)
                .stale_after(2 * second)
                .backoff(second)
                .jitter(101)
                .pass_after(0),
        )
        .start()
        .unwrap_err();
    let all = error.to_string();
    assert_eq!(error.problems().count(), 10, "{all}");
    for said in [
        "check `warm` at ",
        "a start-up check can't have `impact = degrades`: start-up succeeds or it doesn't; use `critical` or `observe`",
        "a start-up check can't have `stale_after`: its first success is final",
        "a liveness check can't have `scope = shared`: a restart of every replica does not mend what they share",
        "an external check can't have `impact = degrades`: what only degrades leaves its probe nothing to answer",
        "`every` must be at least 10ms",
        "`stale_after` (1s) is shorter than `every` (5s by default)",
        "`stale_after` (2s) is shorter than `timeout` (3s)",
        "`backoff` (1s) is shorter than `every` (2s)",
        "`jitter` is more than 100%",
        "`pass_after` must be at least 1",
    ] {
        assert!(all.contains(said), "{said:?} is not in:\n{all}");
    }
}

#[tokio::test]
async fn names_that_read_as_what_they_are_not_are_refused() {
    for name in [
        "a\u{2028}b",
        "a\u{202e}b",
        "a\u{200b}b",
        "a\u{feff}",
        "a\nb",
    ] {
        let check = Check::readiness(name, || async { true });
        let error = builder().check(check).start().unwrap_err().to_string();
        let said = format!("check {name:?} at ");
        assert!(
            error.contains(&said) && error.contains("a name must not hold"),
            "{error}"
        );
    }
}
