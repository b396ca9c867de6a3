//! Who asks, and what is told of it.

use std::time::Duration;

use health_core::{
    Advice, AdviceKind, Asker, Check, DrainPolicy, Health, HealthBuilder, Impact, Probe, Watchdog,
};
use tokio::time::sleep;

use crate::support;

const SECOND: Duration = Duration::from_secs(1);
const KUBELET: &str = "kube-probe/1.33";
const ELB: &str = "ELB-HealthChecker/2.0";

/// All in the time of the test.
fn builder() -> HealthBuilder {
    support::builder().watchdog(Watchdog::off())
}

/// With a face that answers readiness.
fn start(builder: HealthBuilder) -> Health {
    let health = builder.start().unwrap();
    health.probers().answers_at(Probe::Readiness, "/ready");
    health
}

fn ready(agent: &str) -> Asker<'_> {
    Asker::http(Probe::Readiness, "/ready", agent)
}

fn live(agent: &str) -> Asker<'_> {
    Asker::http(Probe::Liveness, "/live", agent)
}

fn kinds(health: &Health) -> Vec<AdviceKind> {
    let now = health.snapshot();
    now.advice().map(Advice::kind).collect()
}

/// Serves a request each second, for so many, and asks as it is told. Gives the advice each time that it is another.
async fn serve(health: &Health, seconds: u64, asks: impl Fn(u64)) -> Vec<Vec<AdviceKind>> {
    let mut seen = vec![kinds(health)];
    for second in 0..seconds {
        drop(health.in_flight().enter_request());
        asks(second);
        sleep(SECOND).await;
        let now = kinds(health);
        if seen.last() != Some(&now) {
            seen.push(now);
        }
    }
    seen
}

#[tokio::test(start_paused = true)]
async fn nobody_is_missed_where_nobody_can_ask_or_nothing_comes() {
    let health = builder().start().unwrap();
    assert_eq!(serve(&health, 300, |_| {}).await, [[]]);
    health.probers().answers_at(Probe::Readiness, "/ready");
    sleep(300 * SECOND).await;
    assert_eq!(kinds(&health), [], "nobody sends it anything");
    serve(&health, 3, |_| {}).await;
    assert_eq!(kinds(&health), [AdviceKind::NobodyAsksReadiness]);
    let now = health.snapshot();
    let text = now.advice().next().unwrap().to_string();
    assert!(text.contains("ask `GET /ready`"), "{text}");
    // Somebody does; and somebody who is told of each change need not.
    health.probers().answered(ready(KUBELET), true);
    serve(&health, 3, |_| {}).await;
    assert_eq!(kinds(&health), []);
    let watching = health.probers().watching();
    assert_eq!(serve(&health, 300, |_| {}).await, [[]]);
    drop(watching);
    serve(&health, 3, |_| {}).await;
    assert_eq!(kinds(&health), [AdviceKind::NobodyAsksReadiness]);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_wanted_is_not_said() {
    let health = start(builder().without_advice([AdviceKind::NobodyAsksReadiness]));
    assert_eq!(serve(&health, 300, |_| {}).await, [[]]);
    let asks = |_| health.probers().answered(live(ELB), true);
    serve(&health, 30, asks).await;
    assert_eq!(kinds(&health), [AdviceKind::RoutesByAnotherProbe]);
}

#[tokio::test(start_paused = true)]
async fn maintenance_begins_the_wait_anew_and_a_drain_learns_nothing() {
    let health = start(builder());
    serve(&health, 100, |_| {}).await;
    health.begin_drain();
    serve(&health, 100, |_| {}).await;
    health.resume();
    serve(&health, 100, |_| {}).await;
    assert_eq!(kinds(&health), []);
    serve(&health, 30, |_| {}).await;
    let said = [AdviceKind::NobodyAsksReadiness];
    assert_eq!(kinds(&health), said);
    health.begin_drain();
    serve(&health, 100, |_| {}).await;
    assert_eq!(kinds(&health), said, "nothing has changed about it");
}

/// HAProxy's `downinter`.
#[tokio::test(start_paused = true)]
async fn how_often_it_is_asked_while_it_is_down_is_no_habit() {
    let health = start(builder());
    let asks = |every: u64, up: bool| {
        let probers = health.probers();
        move |second: u64| {
            if second.is_multiple_of(every) {
                probers.answered(ready(""), up);
            }
        }
    };
    assert_eq!(serve(&health, 300, asks(2, true)).await, [[]]);
    health.begin_drain();
    assert_eq!(serve(&health, 300, asks(30, false)).await, [[]]);
    health.resume();
    assert_eq!(serve(&health, 300, asks(2, true)).await, [[]]);
}

/// Envoy's `no_traffic_interval`.
#[tokio::test(start_paused = true)]
async fn envoy_may_rest_where_nothing_comes() {
    let health = start(builder());
    for _ in 0..3 {
        for minute in 0..20 {
            health.probers().answered(ready("Envoy/HC"), true);
            sleep(60 * SECOND).await;
            assert_eq!(kinds(&health), [], "{minute}");
        }
        let asks = |second: u64| {
            if second.is_multiple_of(5) {
                health.probers().answered(ready("Envoy/HC"), true);
            }
        };
        // What it asked before is forgotten once it asks more often.
        serve(&health, 60, asks).await;
        assert_eq!(serve(&health, 300, asks).await, [[]]);
    }
}

#[tokio::test(start_paused = true)]
async fn nodes_of_one_balancer_don_t_make_it_flap() {
    // Each every 30 s: 60 s until it notices, and the lame duck is 10 s.
    for nodes in [
        &[0_u64, 10, 20][..],
        &[0, 1, 3, 12, 20, 23],
        &[2, 3, 9, 17, 21, 28],
        &[0, 7, 11, 16, 19, 27],
    ] {
        let health = start(builder());
        let asks = |second: u64| {
            if nodes.contains(&(second % 30)) {
                health.probers().answered(ready(ELB), true);
            }
        };
        let seen = serve(&health, 600, asks).await;
        let told = vec![AdviceKind::LameDuckTooShort];
        assert_eq!(seen, [vec![], told], "{nodes:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_book_that_is_full_hides_nobody_who_asks_another_probe() {
    let health = start(builder());
    let asks = |second: u64| {
        let probers = health.probers();
        // Sixteen have their places before the others come.
        for number in 0..if second < 20 { 16 } else { 40 } {
            probers.answered(live(&format!("scanner/{number}")), true);
            let service = format!("shop.Service{number}");
            if second.is_multiple_of(10) {
                let envoy = Asker::grpc(Probe::Startup, &service, "Envoy/HC");
                probers.answered(envoy, true);
            }
        }
        if second.is_multiple_of(5) {
            probers.answered(ready(KUBELET), true);
        }
    };
    let seen = serve(&health, 400, asks).await;
    assert!(!seen.concat().contains(&AdviceKind::NobodyAsksReadiness));
    let now = health.snapshot();
    assert!(now.probers().any(|prober| prober.user_agent() == KUBELET));
    assert!(now.unlisted_questions() > 1000);
}

#[tokio::test(start_paused = true)]
async fn who_asks_all_the_time_is_known_too() {
    let health = start(builder());
    let asks = |_| {
        for _ in 0..20 {
            health.probers().answered(live("Envoy/HC"), true);
        }
    };
    serve(&health, 130, asks).await;
    for _ in 0..400 {
        health.probers().answered(live("Envoy/HC"), true);
        sleep(SECOND / 20).await;
    }
    assert!(kinds(&health).contains(&AdviceKind::RoutesByAnotherProbe));
}

#[tokio::test(start_paused = true)]
async fn a_stop_changes_nothing_about_it() {
    let health = start(builder());
    let asks = |_| health.probers().answered(live(ELB), true);
    serve(&health, 200, asks).await;
    let before = kinds(&health);
    assert!(before.contains(&AdviceKind::RoutesByAnotherProbe));
    tokio::time::advance(60 * SECOND).await;
    assert_eq!(serve(&health, 300, asks).await, [before]);
}

#[tokio::test(start_paused = true)]
async fn a_threshold_that_was_said_counts_and_who_is_taken_out_first_needs_no_lame_duck() {
    let grace = 30 * SECOND;
    for (drain, expected) in [
        (DrainPolicy::default(), 1),
        (DrainPolicy::default().unhealthy_threshold(2), 0),
        (DrainPolicy::default().unhealthy_threshold(3), 1),
        (DrainPolicy::kubernetes(grace), 1),
        (DrainPolicy::ecs(grace), 0),
        (DrainPolicy::nomad(grace), 0),
    ] {
        let health = start(builder().drain(drain));
        let asks = |second: u64| {
            if second.is_multiple_of(5) {
                health.probers().answered(ready(""), true);
            }
        };
        serve(&health, 200, asks).await;
        let kinds = kinds(&health);
        assert_eq!(kinds.len(), expected, "{drain:?}: {kinds:?}");
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

#[tokio::test(start_paused = true)]
async fn an_observed_check_takes_nothing_down_that_is_down_already() {
    let database = support::Switch::new(false);
    let query = Check::readiness("query", || std::future::ready(false));
    let builder = builder().check(query.fail_after(1).impact(Impact::Observe));
    let health = builder.check(database.check("database")).start().unwrap();
    sleep(100 * SECOND).await;
    let outages = |health: &Health| health.snapshot().check("query").unwrap().outages();
    assert_eq!(outages(&health).count(), 0, "{}", outages(&health));
    // From here on, it alone would keep readiness down.
    database.set(true);
    support::until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    sleep(50 * SECOND).await;
    assert_eq!(outages(&health).count(), 1);
    let total = outages(&health).total();
    assert!((49..52).contains(&total.as_secs()), "{total:?}");
    health.shutdown();
    sleep(5 * SECOND).await;
    assert_eq!(outages(&health).total(), total, "readiness is down");
}
