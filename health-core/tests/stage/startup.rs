use health_core::{Check, Phase, Probe};

use crate::{MINUTE, is_up, stage};

fn migrations() -> Check {
    Check::startup("migrations", || async { true })
}

#[tokio::test(start_paused = true)]
async fn start_up_is_held_back_and_let_through() {
    let stage = stage([migrations()]);
    stage.fails("migrations", "locked");
    stage.advance(MINUTE).await;
    assert!(!is_up(&stage, Probe::Startup));
    assert_eq!(stage.health().snapshot().phase(), Phase::Starting);
    stage.passes("migrations");
    assert!(is_up(&stage, Probe::Startup));
    assert_eq!(stage.health().snapshot().phase(), Phase::Serving);
}

#[tokio::test(start_paused = true)]
async fn one_that_is_let_go_starts_the_service() {
    let stage = stage([migrations()]);
    stage.fails("migrations", "locked");
    stage.advance(MINUTE).await;
    stage.release("migrations");
    stage.reaches(Phase::Serving).await;
}

/// Forced or not, and run since or not.
#[tokio::test(start_paused = true)]
async fn a_success_is_final() {
    let fails = Check::startup("cache", || async { false });
    let stage = stage([migrations(), fails]);
    stage.passes("cache");
    stage.release("cache");
    stage.advance(MINUTE).await;
    assert!(is_up(&stage, Probe::Startup));
    let now = stage.health().snapshot();
    assert!(now.checks().all(|check| check.state().name() == "up"));
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "`migrations` is a start-up check that has succeeded, which is final")]
async fn it_can_not_fail_any_more() {
    let stage = stage([migrations()]);
    stage.all_ran().await;
    stage.fails("migrations", "locked");
}
