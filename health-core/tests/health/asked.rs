//! Who asks, and what is told of it.

use std::time::Duration;

use health_core::{AdviceKind, Asker, DrainPolicy, Health, HealthBuilder, Probe, Watchdog};
use tokio::time::sleep;

use crate::support;

/// All in the time of the test.
fn builder() -> HealthBuilder {
    support::builder().watchdog(Watchdog::off())
}

fn ready(agent: &str) -> Asker<'_> {
    Asker::http(Probe::Readiness, "/health/ready", agent)
}

fn kinds(health: &Health) -> Vec<AdviceKind> {
    let now = health.snapshot();
    now.advice().map(health_core::Advice::kind).collect()
}

#[tokio::test(start_paused = true)]
async fn nobody_is_missed_where_nobody_can_ask() {
    let health = builder().start().unwrap();
    sleep(Duration::from_secs(600)).await;
    assert_eq!(kinds(&health), []);
    health.probers().answers_at(Probe::Readiness, "/ready");
    sleep(Duration::from_secs(2)).await;
    assert_eq!(kinds(&health), [AdviceKind::NobodyAsksReadiness]);
    let now = health.snapshot();
    assert!(
        now.advice()
            .next()
            .unwrap()
            .to_string()
            .contains("ask `GET /ready`")
    );
    // Somebody does; and somebody who is told of each change need not.
    health.probers().answered(ready("kube-probe/1.33"), true);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(kinds(&health), []);
    let watching = health.probers().watching();
    sleep(Duration::from_secs(600)).await;
    assert_eq!(kinds(&health), []);
    drop(watching);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(kinds(&health), [AdviceKind::NobodyAsksReadiness]);
}

#[tokio::test(start_paused = true)]
async fn maintenance_begins_the_wait_anew_and_a_drain_learns_nothing() {
    let health = builder().start().unwrap();
    health.probers().answers_at(Probe::Readiness, "/ready");
    sleep(Duration::from_secs(100)).await;
    health.begin_drain();
    sleep(Duration::from_secs(100)).await;
    health.resume();
    sleep(Duration::from_secs(100)).await;
    assert_eq!(kinds(&health), []);
    sleep(Duration::from_secs(30)).await;
    let said = [AdviceKind::NobodyAsksReadiness];
    assert_eq!(kinds(&health), said);
    health.begin_drain();
    sleep(Duration::from_secs(100)).await;
    assert_eq!(kinds(&health), said, "nothing has changed about it");
}

#[tokio::test(start_paused = true)]
async fn a_threshold_that_was_said_counts() {
    for (threshold, expected) in [(None, 1), (Some(2), 0), (Some(3), 1)] {
        let mut drain = DrainPolicy::default();
        if let Some(failures) = threshold {
            drain = drain.unhealthy_threshold(failures);
        }
        let health = builder().drain(drain).start().unwrap();
        health.probers().answers_at(Probe::Readiness, "/ready");
        for _ in 0..10 {
            health.probers().answered(ready(""), true);
            sleep(Duration::from_secs(5)).await;
        }
        let kinds = kinds(&health);
        assert_eq!(kinds.len(), expected, "{threshold:?}: {kinds:?}");
    }
    let error = builder().drain(DrainPolicy::default().unhealthy_threshold(0));
    let error = error.start().unwrap_err().to_string();
    assert!(error.contains("`.unhealthy_threshold(0)` means"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn answers_are_counted_while_others_are_counted() {
    let health = builder().start().unwrap();
    let probers = health.probers();
    let threads: Vec<_> = (0..4)
        .map(|_| {
            std::thread::spawn(move || {
                for _ in 0..1000 {
                    probers.answered(ready("a"), true);
                    probers.answered(Asker::grpc(Probe::Liveness, "liveness", ""), false);
                }
            })
        })
        .collect();
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
    let now = health.snapshot();
    assert_eq!(now.answers(Probe::Readiness).up(), 4000);
    assert_eq!(now.answers(Probe::Readiness).down(), 0);
    assert_eq!(now.answers(Probe::Liveness).down(), 4000);
}
