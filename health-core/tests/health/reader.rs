//! Each of these fails: what a fresh reader found about who is asking.

use crate::support;
use health_core::{AdviceKind, Asker, DrainPolicy, Health, HealthBuilder, Probe, Watchdog};
use std::time::Duration;
use tokio::time::sleep;

fn builder() -> HealthBuilder {
    support::builder().watchdog(Watchdog::off())
}
fn ready(agent: &str) -> Asker<'_> {
    Asker::http(Probe::Readiness, "/health/ready", agent)
}
fn live(agent: &str) -> Asker<'_> {
    Asker::http(Probe::Liveness, "/health/live", agent)
}
fn health() -> Health {
    let health = builder().start().unwrap();
    health
        .probers()
        .answers_at(Probe::Readiness, "/health/ready");
    health
}
fn texts(health: &Health) -> Vec<String> {
    health
        .snapshot()
        .advice()
        .map(|a| format!("{}: {a}", a.kind()))
        .collect()
}
fn kinds(health: &Health) -> Vec<AdviceKind> {
    health.snapshot().advice().map(|a| a.kind()).collect()
}
const S: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn monitor_beside_kubelet() {
    let health = health();
    for second in 0..600 {
        if second % 10 == 0 {
            health.probers().answered(ready("kube-probe/1.33"), true);
        }
        if second % 60 == 0 {
            health.probers().answered(
                ready("Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)"),
                true,
            );
        }
        sleep(S).await;
    }
    assert!(texts(&health).is_empty(), "{:#?}", texts(&health));
}

#[tokio::test(start_paused = true)]
async fn haproxy_downinter_in_maintenance() {
    let health = health();
    for second in 0..300 {
        if second % 2 == 0 {
            health.probers().answered(ready(""), true);
        }
        sleep(S).await;
    }
    assert!(texts(&health).is_empty());
    health.begin_drain();
    for second in 0..300 {
        if second % 30 == 0 {
            health.probers().answered(ready(""), false);
        }
        sleep(S).await;
    }
    health.resume();
    let mut seen = vec![];
    for second in 0..60 {
        if second % 2 == 0 {
            health.probers().answered(ready(""), true);
        }
        sleep(S).await;
        let now = texts(&health);
        if seen.last() != Some(&now) {
            eprintln!("{second}: {now:?}");
            seen.push(now);
        }
    }
    assert!(seen.iter().all(Vec::is_empty));
}

#[tokio::test(start_paused = true)]
async fn full_book_and_readiness_is_asked_each_second() {
    let health = health();
    for second in 0..400 {
        for name in 0..32 {
            health
                .probers()
                .answered(live(&format!("scanner/{name}")), true);
        }
        if second > 10 {
            health.probers().answered(ready("kube-probe/1.33"), true);
        }
        sleep(S).await;
    }
    eprintln!(
        "readiness answered: {:?}",
        health.snapshot().answers(Probe::Readiness)
    );
    assert!(texts(&health).is_empty(), "{:#?}", texts(&health));
}

#[tokio::test(start_paused = true)]
async fn fleet_of_envoys_on_liveness() {
    let health = health();
    for turn in 0..4_000u32 {
        health.probers().answered(live("Envoy/HC"), true);
        if turn % 40 == 0 {
            health.probers().answered(ready("kube-probe/1.33"), true);
        }
        sleep(Duration::from_millis(50)).await;
    }
    let now = health.snapshot();
    for p in now.probers() {
        eprintln!("{p} asked={}", p.asked());
    }
    assert!(
        kinds(&health).contains(&AdviceKind::RoutesByAnotherProbe),
        "{:?}",
        texts(&health)
    );
}

#[tokio::test(start_paused = true)]
async fn alb_nodes() {
    // Nodes of one ALB, each every 30 s, threshold 2: 60 s until it notices; lame duck 10 s.
    let mut missed = vec![];
    for phases in [
        vec![0u64, 10, 20],
        vec![0, 5, 10, 15, 20, 25],
        vec![0, 1, 3, 12, 20, 23],
        vec![2, 3, 9, 17, 21, 28],
        vec![0, 7, 11, 16, 19, 27],
    ] {
        let health = health();
        let (mut flips, mut told) = (0, 0);
        let mut last = false;
        for second in 0..900u64 {
            if phases.contains(&(second % 30)) {
                health
                    .probers()
                    .answered(ready("ELB-HealthChecker/2.0"), true);
            }
            sleep(S).await;
            let now = kinds(&health).contains(&AdviceKind::LameDuckTooShort);
            flips += u32::from(now != last);
            told += u32::from(now);
            last = now;
        }
        eprintln!("{phases:?}: flips in 15 min {flips}, seconds told {told}");
        if told == 0 || flips > 2 {
            missed.push(phases);
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}

#[tokio::test(start_paused = true)]
async fn two_paths_by_order() {
    let health = health();
    let at = |agent, path| Asker::http(Probe::Readiness, path, agent);
    for _ in 0..60 {
        // Two agents at two paths; only the order in which they were first seen hides it.
        health
            .probers()
            .answered(at("kube-probe/1.33", "/health/ready"), true);
        health
            .probers()
            .answered(at("ELB-HealthChecker/2.0", "/health/ready"), true);
        health
            .probers()
            .answered(at("kube-probe/1.33", "/healthz"), true);
        sleep(2 * S).await;
    }
    eprintln!("{:?}", kinds(&health));
    assert!(kinds(&health).contains(&AdviceKind::ReadinessAtTwoPaths));
}

#[tokio::test(start_paused = true)]
async fn two_proxies_without_agent_at_two_paths() {
    let health = health();
    let at = |agent, path| Asker::http(Probe::Readiness, path, agent);
    for _ in 0..60 {
        health.probers().answered(at("", "/health/ready"), true);
        health.probers().answered(at("", "/healthz"), true);
        sleep(2 * S).await;
    }
    assert!(kinds(&health).contains(&AdviceKind::ReadinessAtTwoPaths));
}

#[tokio::test(start_paused = true)]
async fn no_lame_duck() {
    let health = builder()
        .drain(DrainPolicy::default().lame_duck(Duration::ZERO))
        .start()
        .unwrap();
    health.probers().answers_at(Probe::Readiness, "/ready");
    for _ in 0..60 {
        health.probers().answered(ready(""), true);
        sleep(2 * S).await;
    }
    assert!(
        !texts(&health).iter().any(|t| t.contains("0.0ns")),
        "{:#?}",
        texts(&health)
    );
}

#[tokio::test(start_paused = true)]
async fn the_fix_can_be_followed() {
    let health = health();
    for second in 0..400 {
        if second % 30 == 0 {
            health
                .probers()
                .answered(ready("ELB-HealthChecker/2.0"), true);
        }
        sleep(S).await;
    }
    eprintln!("{:#?}", texts(&health));
    let error = builder()
        .drain(DrainPolicy::default().lame_duck(60 * S))
        .start()
        .err();
    assert!(error.is_none(), "{}", error.unwrap());
}

#[tokio::test(start_paused = true)]
async fn envoy_idle() {
    // Envoy: interval 5 s, no_traffic_interval 60 s (its default), traffic now and then.
    let health = health();
    let (mut flips, mut last) = (0, false);
    for second in 0..3600u64 {
        let idle = (second / 600) % 2 == 0;
        if second % (if idle { 60 } else { 5 }) == 0 {
            health.probers().answered(ready("Envoy/HC"), true);
        }
        sleep(S).await;
        let now = kinds(&health).contains(&AdviceKind::LameDuckTooShort);
        if now && !last {
            eprintln!("{second}: {:?}", texts(&health));
        }
        flips += u32::from(now != last);
        last = now;
    }
    assert_eq!(flips, 0);
}

#[tokio::test(start_paused = true)]
async fn agents_of_a_stranger_in_the_log() {
    let health = health();
    let mut new = std::collections::BTreeSet::new();
    for turn in 0..3000u32 {
        // 10 a second, from one connection
        let generation = turn / 40;
        for name in 0..8 {
            health.probers().answered(
                live(&format!("ELB-HealthChecker/{generation}.{name}")),
                true,
            );
        }
        if turn % 10 == 0 {
            health.probers().answered(ready("kube-probe/1.33"), true);
        }
        sleep(Duration::from_millis(101)).await;
        new.extend(texts(&health));
    }
    eprintln!("{} distinct warnings in 5 min", new.len());
    assert!(new.len() < 10);
}

#[tokio::test(start_paused = true)]
async fn stopped_for_ten_seconds() {
    let health = health();
    for _ in 0..200 {
        health
            .probers()
            .answered(live("ELB-HealthChecker/2.0"), true);
        sleep(S).await;
    }
    let before = kinds(&health);
    tokio::time::advance(11 * S).await;
    let mut seen = vec![before];
    for _ in 0..200 {
        sleep(S).await;
        let now = kinds(&health);
        if seen.last() != Some(&now) {
            seen.push(now);
        }
        health
            .probers()
            .answered(live("ELB-HealthChecker/2.0"), true);
    }
    assert_eq!(seen.len(), 1, "{seen:#?}");
}

#[tokio::test(start_paused = true)]
async fn route53_asks_external() {
    let health = health();
    for second in 0..200 {
        if second % 10 == 0 {
            health.probers().answered(ready("kube-probe/1.33"), true);
        }
        if second % 2 == 0 {
            health.probers().answered(
                Asker::http(
                    Probe::External,
                    "/health/external",
                    "Amazon-Route53-Health-Check-Service (ref x)",
                ),
                true,
            );
        }
        sleep(S).await;
    }
    assert!(texts(&health).is_empty(), "{:#?}", texts(&health));
}

#[tokio::test(start_paused = true)]
async fn observed_while_down_anyway() {
    use health_core::{Check, Impact};
    let broken = || std::future::ready(false);
    let health = builder()
        .check(Check::readiness("database", broken).fail_after(1))
        .check(
            Check::readiness("query", broken)
                .fail_after(1)
                .impact(Impact::Observe),
        )
        .start()
        .unwrap();
    sleep(100 * S).await;
    let text = health
        .snapshot()
        .check("query")
        .unwrap()
        .outages()
        .to_string();
    // Readiness was never up.
    assert!(
        !text.contains("would have taken readiness down once"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn forty_grpc_services() {
    let health = health();
    for second in 0..600 {
        if second % 10 == 0 {
            for n in 0..40 {
                health.probers().answered(
                    Asker::grpc(Probe::Readiness, &format!("shop.Service{n}"), "Envoy/HC"),
                    true,
                );
            }
        }
        if second % 5 == 1 {
            health.probers().answered(ready(""), true);
            health
                .probers()
                .answered(live("ELB-HealthChecker/2.0"), true);
        }
        sleep(S).await;
    }
    let now = health.snapshot();
    eprintln!("{} of 42; {:?}", now.probers().count(), kinds(&health));
    assert!(kinds(&health).contains(&AdviceKind::RoutesByAnotherProbe));
}
