use std::time::Duration;

use health_core::{AdviceKind, Asker, Probe};

use crate::page::{Scraper, builder};

#[tokio::test(start_paused = true)]
async fn answers_are_counted_by_what_was_said() {
    let health = builder().start().unwrap();
    let scraper = Scraper::new(&health);
    let answers = |probe: &str, answer: &str| {
        let series = format!(r#"health_probe_answers_total{{probe="{probe}",answer="{answer}"}}"#);
        scraper.scrape().value(&series)
    };
    assert_eq!(answers("readiness", "up"), 0.0);
    for (up, asked) in [(true, 3), (false, 2)] {
        for _ in 0..asked {
            let prober = Asker::http(Probe::Readiness, "/health/ready", "curl/8");
            health.probers().answered(prober, up);
        }
    }
    assert_eq!(answers("readiness", "up"), 3.0);
    assert_eq!(answers("readiness", "down"), 2.0);
    assert_eq!(answers("liveness", "up"), 0.0);
}

#[tokio::test(start_paused = true)]
async fn advice_is_counted_by_kind() {
    let health = builder().start().unwrap();
    let path = "/health/ready";
    health.probers().answers_at(Probe::Readiness, path);
    let scraper = Scraper::new(&health);
    // It is no change that anybody is woken for.
    let until = async |wanted: &[&str]| {
        for _ in 0..600 {
            if scraper.scrape().hot("health_advice") == wanted {
                return;
            }
            // Where no requests come, nobody is missed.
            drop(health.in_flight().enter_request());
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        panic!("never {wanted:?}");
    };
    until(&[]).await;
    until(&[AdviceKind::NobodyAsksReadiness.name()]).await;
    let prober = Asker::http(Probe::Readiness, path, "curl/8");
    health.probers().answered(prober, true);
    until(&[]).await;
}
