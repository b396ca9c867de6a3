use std::time::Duration;

use health_core::{Check, CheckState, Impact, Probe};
use tokio::time::sleep;

use crate::recorder::Recorder;
use crate::support::{Switch, builder, ready, until};

pub(crate) async fn one_event_for_each_and_none_for_a_run() {
    let (recorder, _guard) = Recorder::here();
    let database = Switch::new(true);
    let health = builder().check(database.check("database")).start().unwrap();
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    let started = recorder.take();
    assert_eq!(started.len(), 4, "{started:#?}");
    assert!(
        started[0].contains("health starts with: database (readiness)"),
        "{started:#?}"
    );

    sleep(Duration::from_secs(600)).await;
    assert!(database.runs() > 100);
    assert_eq!(recorder.take(), Vec::<String>::new());

    database.set(false);
    until(&health, |now| !now.status(Probe::Readiness).is_up()).await;
    sleep(Duration::from_secs(600)).await;
    let down = recorder.take();
    assert_eq!(down.len(), 3, "{down:#?}");
    assert!(
        down[0].contains("DEBUG") && down[0].contains("check `database` fails, and stays up"),
        "{down:#?}"
    );
    for said in [
        "WARN",
        "check=\"database\"",
        "from=\"up\"",
        "to=\"down\"",
        "cause=\"failed\"",
        "reason=\"switched off\"",
    ] {
        assert!(down[1].contains(said), "{said} is not in {}", down[1]);
    }
    assert!(down[2].contains("readiness is down"), "{down:#?}");
    assert!(!ready(&health));

    database.set(true);
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    assert_eq!(recorder.take().len(), 2);
}

pub(crate) async fn an_observed_check_says_what_it_would_have_done() {
    let (recorder, _guard) = Recorder::here();
    let check = Switch::new(false).check("new").impact(Impact::Observe);
    let health = builder().check(check).start().unwrap();
    until(&health, |now| {
        now.check("new").unwrap().state() == CheckState::Down
    })
    .await;
    let said = recorder.said();
    assert!(
        said.contains("were it critical, readiness would be down") && said.contains("INFO"),
        "{said}"
    );
    assert!(!said.contains("WARN") && ready(&health), "{said}");

    recorder.take();
    sleep(Duration::from_secs(90)).await;
    let begun = Duration::from_secs(90).as_secs();
    health.shutdown();
    let said = recorder.take();
    let summary = said.iter().filter(|line| line.contains("only observed"));
    let summary: Vec<_> = summary.collect();
    assert_eq!(summary.len(), 1, "{said:#?}");
    for part in [
        &format!("would have taken readiness down once, for {begun} s, in "),
        "and is down now",
        "outages=1",
        "INFO",
    ] {
        assert!(summary[0].contains(part), "{part} is not in {said:#?}");
    }
}

pub(crate) async fn a_check_that_is_added_is_told_and_alarms_nobody() {
    let (recorder, _guard) = Recorder::here();
    let health = builder().start().unwrap();
    recorder.take();
    let checkout = Check::external("checkout", || async { true });
    health.add_check(checkout).unwrap();
    let added = recorder.take();
    assert_eq!(added.len(), 2, "{added:#?}");
    for said in [
        "INFO",
        "check `checkout` (external) was added, and is pending",
        "cause=\"never_run\"",
    ] {
        assert!(added[0].contains(said), "{said} is not in {}", added[0]);
    }
    assert!(
        added[1].starts_with("INFO") && added[1].contains("external is down"),
        "{added:#?}"
    );
}
