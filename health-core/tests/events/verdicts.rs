use std::time::Duration;

use health_core::{Ending, Health, Verdict, Watchdog};
use tokio::time::sleep;

use crate::recorder::Recorder;

/// A second with 100 requests.
async fn serve(health: &Health, fail: usize) {
    for number in 0..100 {
        let (mut request, _) = health.in_flight().enter_request();
        request.answered();
        request.end(if number < fail {
            Ending::Failed
        } else {
            Ending::Completed
        });
    }
    sleep(Duration::from_millis(1005)).await;
}

pub(crate) async fn each_change_is_told_with_its_evidence_and_figures_are_not() {
    let (recorder, _guard) = Recorder::here();
    let builder = Health::builder().linked(false).watchdog(Watchdog::off());
    let health = builder.start().unwrap();
    for _ in 0..20 {
        serve(&health, 0).await;
    }
    recorder.take();
    for more in 0..20 {
        serve(&health, 30 + more).await;
    }
    assert_eq!(health.snapshot().verdict().verdict(), Verdict::Gray);
    let told = recorder.take();
    assert_eq!(told.len(), 1, "{told:#?}");
    for said in [
        "WARN",
        "verdict=\"gray\"",
        "from=\"healthy\"",
        "to=\"gray\"",
        "rules=\"failures\"",
        "verdict is gray: 31 of 100 requests failed within 1 s",
    ] {
        assert!(told[0].contains(said), "{told:#?}");
    }
    for _ in 0..40 {
        serve(&health, 0).await;
    }
    let told = recorder.take();
    assert_eq!(told.len(), 1, "{told:#?}");
    for said in [
        "INFO",
        "from=\"gray\"",
        "to=\"healthy\"",
        "verdict is healthy",
    ] {
        assert!(told[0].contains(said), "{told:#?}");
    }
}
