use health_core::{Check, CheckState, Ending};

use crate::recorder::Recorder;
use crate::support::{builder, until};

pub(crate) async fn what_can_not_be_observed_is_said_once_with_the_place() {
    let (recorder, _guard) = Recorder::here();
    let check = Check::readiness("database", || async { true });
    let health = builder().check(check).start().unwrap();
    recorder.take();
    assert!(health.dependency("database").start_or_log().is_none());
    let said = recorder.take();
    assert_eq!(said.len(), 1, "{said:#?}");
    for part in [
        "ERROR",
        "dependency `database` is not observed",
        "one of that name is there already",
        "dependency.rs:",
    ] {
        assert!(said[0].contains(part), "{part} is not in {}", said[0]);
    }
}

pub(crate) async fn a_dependency_that_goes_down_is_one_event_with_figures() {
    let (recorder, _guard) = Recorder::here();
    let health = builder().start().unwrap();
    let payments = health.dependency("payments").start_or_log().unwrap();
    until(&health, |now| {
        now.check("payments").unwrap().state() == CheckState::Up
    })
    .await;
    recorder.take();
    (0..20).for_each(|_| payments.call().end(Ending::Failed));
    until(&health, |now| {
        now.check("payments").unwrap().state() == CheckState::Down
    })
    .await;
    tokio::time::sleep(std::time::Duration::from_secs(10)).await;
    let said = recorder.take();
    let of_it = said
        .iter()
        .filter(|line| line.contains("check=\"payments\""));
    let of_it: Vec<_> = of_it.collect();
    assert_eq!(of_it.len(), 1, "{said:#?}");
    assert!(
        of_it[0].contains("20 of 20 calls failed within 1 s"),
        "{of_it:#?}"
    );
}
