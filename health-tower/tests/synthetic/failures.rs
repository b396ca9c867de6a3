use health_tower::{Cause, CheckState, Probe, Step, Synthetic};

use crate::world::{SECOND, World};

#[tokio::test(start_paused = true)]
async fn one_that_hangs_is_dropped_and_down_after_two() {
    let world = World::new();
    world.start(Synthetic::get("/hang/"));
    tokio::time::sleep(29 * SECOND).await;
    let once = world.health.snapshot();
    let check = once.check("GET /hang/").unwrap();
    assert_eq!(
        (check.state(), check.cause()),
        (CheckState::Pending, Some(Cause::TimedOut))
    );
    world.state("GET /hang/", CheckState::Down).await;
    assert_eq!(world.seen().len(), 2);
    assert!(!world.health.status(Probe::External).is_up());
    assert!(world.health.status(Probe::Readiness).is_up());
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_the_service_fails_the_run_and_nothing_else() {
    let world = World::new();
    let (cause, said) = world
        .failure("GET /panic/", Synthetic::get("/panic/"))
        .await;
    assert_eq!(cause, Cause::Panicked);
    assert!(said.contains("on purpose"), "{said}");
    world.start(Synthetic::get("/status/200"));
    world.state("GET /status/200", CheckState::Up).await;
}

#[tokio::test(start_paused = true)]
async fn an_error_of_the_service_is_told() {
    let world = World::new();
    let app = tower::service_fn(async |_: http::Request<health_tower::SyntheticBody>| {
        Err::<http::Response<String>, _>(std::io::Error::other("the pool is empty"))
    });
    let broken = Synthetic::new("broken").step(Step::get("/")).fail_after(1);
    broken.through(app).start(&world.health).unwrap();
    world.state("broken", CheckState::Down).await;
    let snapshot = world.health.snapshot();
    let outcome = snapshot.check("broken").unwrap().outcome().unwrap().clone();
    let said = "step 1, GET /: the service failed: the pool is empty";
    assert_eq!(outcome.reason(), Some(said));
}

#[tokio::test(start_paused = true)]
async fn one_that_only_observes_answers_no_probe() {
    let world = World::new();
    let observed = Synthetic::get("/status/500").impact(health_tower::Impact::Observe);
    world.start(observed.fail_after(1));
    world.state("GET /status/500", CheckState::Down).await;
    let external = world.health.status(Probe::External);
    assert_eq!(external, health_tower::ProbeStatus::Absent);
}
