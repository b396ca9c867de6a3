//! Around a `Health` that somebody else started, in the system's time.

use health_core::test::Stage;
use health_core::{Health, Probe};

use crate::{Calls, is_up};

#[tokio::test]
async fn outcomes_are_forced_and_let_go_on_every_thread() {
    let calls = Calls::default();
    let builder = Health::builder().linked(false);
    let builder = builder.check(calls.passing("database"));
    let health = builder.check(calls.alive("memory")).start().unwrap();
    let stage = Stage::of(&health);
    stage.all_ran().await;
    for (name, probe) in [("database", Probe::Readiness), ("memory", Probe::Liveness)] {
        stage.fails(name, "no");
        assert!(!is_up(&stage, probe));
        stage.release(name);
        stage.until(move |now| now.status(probe).is_up()).await;
    }
}
