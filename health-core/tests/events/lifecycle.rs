use std::time::Duration;

use health_core::{Check, DrainPolicy, Probe};
use tokio::time::sleep;

use crate::recorder::Recorder;
use crate::support::{builder, ready};

pub(crate) async fn start_up_that_takes_too_long_says_what_it_waits_for() {
    let (recorder, _guard) = Recorder::here();
    let migrations = Check::startup("migrations", || async { false });
    let deadline = Duration::from_secs(20);
    let health = builder()
        .check(migrations)
        .startup_deadline(deadline)
        .start()
        .unwrap();
    let warm = health.startup_task("warm cache");
    sleep(deadline * 2).await;
    let said = recorder.said();
    let waits = "it waits for: `migrations`, `warm cache` is under way";
    assert_eq!(said.matches(waits).count(), 1, "{said}");
    assert!(!ready(&health) && health.status(Probe::Liveness).is_up());
    warm.fail("no bucket");
    let said = recorder.said();
    assert!(
        said.contains("start-up can't succeed: `warm cache` failed: no bucket"),
        "{said}"
    );
}

pub(crate) async fn maintenance_says_who_moved_the_phase() {
    let (recorder, _guard) = Recorder::here();
    let health = builder().start().unwrap();
    recorder.take();
    health.begin_drain();
    health.begin_drain();
    health.resume();
    health.resume();
    health.begin_drain();
    sleep(Duration::from_secs(4)).await;
    health.shutdown();
    health.resume();
    let said = recorder.take();
    let of_phase: Vec<_> = said
        .iter()
        .filter(|line| !line.contains("probe="))
        .collect();
    let expected = [
        (
            "INFO",
            "to=\"draining\" trigger=\"a call of begin_drain()\"",
        ),
        ("INFO", "to=\"serving\" trigger=\"a call of resume()\""),
        ("INFO", "trigger=\"a call of begin_drain()\""),
        ("INFO", "trigger=\"a call of shutdown()\" lame_duck=6s"),
        ("WARN", "resume() changes nothing"),
    ];
    assert_eq!(of_phase.len(), expected.len(), "{said:#?}");
    for (line, (level, part)) in of_phase.iter().zip(expected) {
        assert!(
            line.starts_with(level) && line.contains(part),
            "{part} is not in {line}"
        );
    }
}

pub(crate) fn a_budget_that_does_not_fit_is_said_at_start() {
    let (recorder, _guard) = Recorder::here();
    let second = Duration::from_secs(1);
    let warnings = |policy| {
        let _health = builder().drain(policy).start().unwrap();
        let said = recorder.take();
        let budget = |line: &&String| line.starts_with("WARN") && line.contains("lame duck of");
        said.iter().filter(budget).count()
    };
    assert_eq!(warnings(DrainPolicy::nomad(5 * second)), 1);
    assert_eq!(warnings(DrainPolicy::nomad(30 * second)), 0);
}
