//! Whoever is woken finds what to do.

use crate::metrics::deployed::{ALERTS, read};

/// The alerts, each with what its rule says.
fn alerts(rules: &str) -> Vec<(&str, &str)> {
    let all = rules.split("- alert: ").skip(1);
    all.filter_map(|rule| rule.split_once('\n')).collect()
}

#[test]
fn each_alert_is_complete_tested_and_in_the_runbook() {
    let rules = read(ALERTS);
    let tests = read("health-tower/deploy/prometheus/alerts.test.yaml");
    let runbook = read("health-tower/docs/on-call.md");
    let alerts = alerts(&rules);
    assert!(alerts.len() > 10);
    for (alert, rule) in alerts {
        let runbook_at = format!("runbook: {}\n", alert.to_lowercase());
        for part in ["severity: ", "summary: ", "description: ", &runbook_at] {
            assert!(rule.contains(part), "{alert} has no {part}");
        }
        let heading = format!("## {alert}\n");
        assert!(runbook.contains(&heading), "{alert} is not in the runbook");
        let fires = format!("alertname: {alert}\n        exp_alerts:\n          - ");
        assert!(tests.contains(&fires), "no test in which {alert} fires");
        let quiet = format!("alertname: {alert}, exp_alerts: []");
        assert!(tests.contains(&quiet), "no test in which {alert} is quiet");
    }
}
