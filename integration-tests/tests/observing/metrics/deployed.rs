//! Alert rules, dashboard and documentation, against a page and by Prometheus' own tool.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use health_tower::heartbeat::InMemory;
use health_tower::{HealthMetrics, Heartbeat};
use integration_tests::host::builder;
use integration_tests::patience::{patiently, pause};
use metrics::with_local_recorder;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::Value;

use crate::metrics::page::Page;
use crate::metrics::promtool;
use crate::metrics::service::Service;
use crate::metrics::uses::uses;

pub(crate) fn path(of: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    root.join(of)
}

pub(crate) fn read(of: &str) -> String {
    let path = path(of);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) const ALERTS: &str = "health-tower/deploy/prometheus/alerts.yaml";
const TESTS: &str = "health-tower/deploy/prometheus/alerts.test.yaml";
const DASHBOARD: &str = "health-tower/deploy/grafana/health.json";
const TABLE: &str = "health-core/src/metrics/health_metrics.rs";

fn named_in_the_table() -> BTreeSet<String> {
    let table = read(TABLE);
    let rows = table
        .lines()
        .filter_map(|line| line.strip_prefix("/// | `"));
    let names = rows.filter_map(|row| row.split('`').next());
    names.map(str::to_owned).collect()
}

/// All expressions of the dashboard, those of its variables included.
fn expressions(dashboard: &Value) -> Vec<String> {
    match dashboard {
        Value::Object(fields) => {
            let own = ["expr", "definition"]
                .iter()
                .filter_map(|field| fields.get(*field));
            let own = own.filter_map(Value::as_str).map(str::to_owned);
            own.chain(fields.values().flat_map(expressions)).collect()
        }
        Value::Array(all) => all.iter().flat_map(expressions).collect(),
        _ => Vec::new(),
    }
}

fn of_the_dashboard() -> Vec<String> {
    let dashboard = serde_json::from_str(&read(DASHBOARD)).unwrap();
    let all = expressions(&dashboard);
    assert!(all.len() > 15, "{all:?}");
    all
}

/// A page with every series: the watchdog takes a moment for its own.
async fn page() -> Page {
    let service = Service::start().await;
    let complete = |page: &Page| page.named("health_runtime_workers").next().is_some();
    let page = service.until("the watchdog's series", complete).await;
    Page::of(&format!("{}{}", page.text, beats().await))
}

/// The series of heartbeats, which the example has none of.
async fn beats() -> String {
    let health = builder().start().unwrap();
    let beat = Heartbeat::to(InMemory::new()).every(Duration::from_millis(50));
    let _membership = beat.start(&health).unwrap();
    let acked = async {
        while health.snapshot().heartbeats().all(|one| one.acked() == 0) {
            pause().await;
        }
    };
    patiently("an ack", acked).await;
    let recorder = PrometheusBuilder::new().build_recorder();
    with_local_recorder(&recorder, || HealthMetrics::new(&health).record());
    let page = recorder.handle().render();
    let own = page
        .lines()
        .filter(|line| line.contains("health_beat") || line.contains("health_heartbeats"));
    own.flat_map(|line| [line, "\n"]).collect()
}

#[tokio::test]
async fn names_and_labels_are_the_same_everywhere() {
    let page = page().await;
    let table = named_in_the_table();
    assert_eq!(page.names(), table.iter().map(|name| &**name).collect());
    for (file, text) in [
        (ALERTS, read(ALERTS)),
        (TESTS, read(TESTS)),
        (DASHBOARD, of_the_dashboard().join("\n")),
    ] {
        let uses = uses(&text);
        assert!(uses.len() > 15, "{file}: {uses:?}");
        let names = ["backend", "check", "component", "runtime"];
        let invented = |label: &str| file == TESTS && names.contains(&label);
        for one in uses {
            assert!(one.without(invented).is_on(&page), "{file}: {one:?}");
        }
    }
}

/// The dashboard shows all of it, so that a new metric is not forgotten.
#[test]
fn the_dashboard_shows_every_metric() {
    let shown: BTreeSet<_> = uses(&of_the_dashboard().join("\n"))
        .into_iter()
        .map(|one| one.name)
        .collect();
    assert_eq!(shown, named_in_the_table());
}

#[tokio::test]
async fn prometheus_takes_the_page() {
    if promtool::is_missing() {
        return;
    }
    let page = page().await;
    promtool::judge(["check", "metrics"], &page.text).unwrap_or_else(|said| panic!("{said}"));
    // The judge is one.
    let without_help = page.text.replace("# HELP health_phase", "# health_phase");
    assert!(promtool::judge(["check", "metrics"], &without_help).is_err());
}

#[test]
fn prometheus_takes_the_rules_and_they_fire_when_they_should() {
    if promtool::is_missing() {
        return;
    }
    let judged = |what: &str, file: &str| {
        let file = path(file);
        let arguments = [what.as_ref(), "rules".as_ref(), file.as_os_str()];
        promtool::judge(arguments, "").unwrap_or_else(|said| panic!("{said}"));
    };
    judged("check", ALERTS);
    judged("test", TESTS);
}

#[test]
fn prometheus_takes_the_expressions_of_the_dashboard() {
    if promtool::is_missing() {
        return;
    }
    let all = of_the_dashboard();
    let all = all
        .iter()
        .filter(|expression| !expression.starts_with("label_values("));
    let rule = |(number, expression): (usize, &String)| {
        let expression = expression.replace("$__rate_interval", "5m");
        let expression = serde_json::to_string(&expression).unwrap();
        format!("  - {{ record: 'panel:{number}', expr: {expression} }}\n")
    };
    let rules: String = all.enumerate().map(rule).collect();
    let folder = tempfile::tempdir().unwrap();
    let judged = |rules: &str| {
        let file = folder.path().join("rules.yaml");
        fs::write(
            &file,
            format!("groups:\n- name: dashboard\n  rules:\n{rules}"),
        )
        .unwrap();
        promtool::judge(["check".as_ref(), "rules".as_ref(), file.as_os_str()], "")
    };
    judged(&rules).unwrap_or_else(|said| panic!("{said}"));
    assert!(judged(&rules.replace("max by", "max buy")).is_err());
}
