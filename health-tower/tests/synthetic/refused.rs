use health_tower::{Step, Synthetic};

use crate::world::World;

#[tokio::test(start_paused = true)]
async fn all_that_is_wrong_is_said_at_once_with_the_place() {
    let world = World::new();
    let wrong = Synthetic::new("bad\nname")
        .step(Step::get("orders").header("bad name", "").expect_status(99))
        .step(Step::grpc("Orders.Get", "").body("").expect_status(200))
        .every("30")
        .timeout("")
        .fail_after(0);
    let line = line!() + 1;
    let error = wrong.start(&world.health).unwrap_err();
    let problems: Vec<_> = error.problems().collect();
    let expected = [
        "`every`: \"30\" is no duration",
        "`timeout`: \"\" is no duration",
        "step 1: the path \"orders\" is none: it begins with `/`",
        "step 1: the name of a header is none",
        "step 1: 99 is no status of HTTP",
        "step 2: the gRPC method \"Orders.Get\" is none: write it as `pkg.Service/Method`",
        "step 2: a gRPC step has its message already",
        "step 2: a gRPC step expects grpc-status 0",
        "there is nothing to run it through",
        "a name must not hold",
        "`fail_after` must be at least 1",
    ];
    assert_eq!(problems.len(), expected.len(), "{error}");
    for (problem, expected) in problems.iter().zip(expected) {
        assert!(
            problem.contains(expected),
            "{expected:?} is not in {problem:?}"
        );
        assert!(problem.contains(&format!("refused.rs:{line}")), "{problem}");
    }
    assert_eq!(world.health.snapshot().checks().count(), 0);
}

#[tokio::test(start_paused = true)]
async fn no_step_a_name_that_is_taken_and_core_s_own_rules() {
    let world = World::new();
    world.start(Synthetic::get("/a"));
    let started = |synthetic: Synthetic| {
        let started = synthetic
            .through(world.service.clone())
            .start(&world.health);
        started.unwrap_err().to_string()
    };
    let none = started(Synthetic::new("none"));
    assert!(
        none.contains("synthetic `none` at") && none.contains("it has no step"),
        "{none}"
    );
    let taken = started(Synthetic::get("/a").every("1ms"));
    assert!(taken.contains("`every` must be at least 10ms"), "{taken}");
    let taken = started(Synthetic::get("/a"));
    assert!(taken.contains("is there already"), "{taken}");
    let both = started(Synthetic::get("/a").every("x"));
    assert!(
        both.contains("2 problems") && both.contains("is there already"),
        "{both}"
    );
}
