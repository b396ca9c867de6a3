use std::time::Duration;

use health_core::{Check, DrainPolicy};

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
        "`every` must not be zero",
        "`timeout` must not be zero",
        "`databse` is expected but not here; did you mean `database`?",
        "add `use that_crate as _;`",
        "the lame duck (60s) is longer than the deadline (25s)",
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
