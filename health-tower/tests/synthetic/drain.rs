use health_tower::{Cause, CheckState, Phase, Synthetic};

use crate::world::{SECOND, World};

#[tokio::test(start_paused = true)]
async fn in_maintenance_it_runs_on_and_a_failure_says_nothing() {
    let world = World::new();
    world.start(Synthetic::get("/status/200").every("5s"));
    world.start(
        Synthetic::get("/status/500")
            .every("5s")
            .fail_after(1)
            .initial_delay("10s"),
    );
    world.state("GET /status/200", CheckState::Up).await;
    world.health.begin_drain();
    tokio::time::sleep(300 * SECOND).await;
    let now = world.health.snapshot();
    let check = |name| now.check(name).unwrap();
    assert_eq!(check("GET /status/200").state(), CheckState::Up);
    assert!(check("GET /status/200").age().unwrap() <= 5 * SECOND);
    let failing = check("GET /status/500");
    assert_eq!(
        (failing.state(), failing.cause()),
        (CheckState::Pending, Some(Cause::Inconclusive))
    );
    world.health.resume();
    world.state("GET /status/500", CheckState::Down).await;
}

#[tokio::test(start_paused = true)]
async fn from_closing_on_there_is_none_and_no_drain_waits_for_one() {
    let world = World::new();
    world.start(Synthetic::get("/status/200").every("1s"));
    world.start(Synthetic::get("/hang/").timeout("60s"));
    world.state("GET /status/200", CheckState::Up).await;
    let health = world.health.clone();
    let closing = health.closing();
    let server = async {
        closing.await;
        Ok::<_, std::io::Error>(())
    };
    health.shutdown();
    tokio::time::sleep(5 * SECOND).await;
    assert!(world.seen().len() >= 4, "the lame duck serves");
    let report = health.run(server).await.unwrap();
    assert!(report.is_clean(), "{report}");
    world.until(|now| now.phase() == Phase::Closed).await;
    world.seen();
    tokio::time::sleep(20 * SECOND).await;
    assert!(world.seen().is_empty());
    let now = world.health.snapshot();
    assert_eq!(
        now.check("GET /status/200").unwrap().cause(),
        Some(Cause::Inconclusive)
    );
    assert_eq!(
        now.check("GET /hang/").unwrap().state(),
        CheckState::Pending
    );
    assert_eq!(
        now.check("GET /hang/").unwrap().cause(),
        Some(Cause::Inconclusive)
    );
}
