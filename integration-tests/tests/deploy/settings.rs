//! Settings that every tool takes with any value, and that no other test would miss: each stands where it belongs.

use health_tower::DrainPolicy;
use serde_json::Value;

use crate::files::{numbers, text};

/// What the part of a file holds that begins with this and ends before that, line by line, without comments.
fn part(file: &str, from: &str, to: &str) -> Vec<String> {
    let whole = text(file);
    let (_, part) = whole.split_once(from).unwrap();
    let (part, _) = part.split_once(to).unwrap_or((part, ""));
    let lines = part.lines().map(str::trim);
    let said = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    // As many blanks as there are to align it, are one.
    said.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

fn has(part: &[String], settings: &[&str]) {
    for setting in settings {
        let times = part.iter().filter(|line| line.contains(setting)).count();
        assert_eq!(times, 1, "`{setting}` in {part:#?}");
    }
}

#[test]
fn haproxy_tries_once_more_and_only_what_was_not_sent() {
    let defaults = part("haproxy.cfg", "\ndefaults\n", "\nfrontend ");
    has(
        &defaults,
        &[
            "retries 1",
            "retry-on conn-failure",
            "option redispatch 1",
            "timeout server 60s",
            "timeout connect 2s",
        ],
    );
    // Each of the checks wants 200: by default a redirect would do.
    let orders = part("haproxy.cfg", "\nbackend orders\n", "\nbackend ");
    has(&orders, &["option httpchk", "http-check expect status 200"]);
    let whole = part("haproxy.cfg", "\nglobal\n", "no end");
    assert!(!whole.iter().any(|line| line.contains("on-marked-down")));
}

/// gRPC has streams that are quiet for long. (By default nginx cuts them at 60 s, and Envoy at five minutes.)
#[test]
fn streams_may_be_quiet_for_an_hour() {
    let haproxy = part("haproxy.cfg", "\nbackend orders_grpc\n", "\nbackend ");
    has(&haproxy, &["timeout server 1h"]);
    let nginx = part("nginx.conf", "grpc_pass", "}");
    let hours = [
        "grpc_read_timeout 1h;",
        "grpc_send_timeout 1h;",
        "client_body_timeout 1h;",
        "client_max_body_size 0;",
    ];
    has(&nginx, &hours);
    let envoy = part("envoy.yaml", "prefix: /, grpc: {}", "- match");
    has(&envoy, &["timeout: 0s, idle_timeout: 3600s"]);
}

#[test]
fn nginx_keeps_connections_and_the_host() {
    let http = part("nginx.conf", "proxy_pass", "}");
    has(
        &http,
        &[
            "proxy_http_version 1.1;",
            "proxy_set_header Connection \"\";",
            "proxy_set_header HTTP2-Settings \"\";",
            "proxy_set_header Host $host;",
            "proxy_next_upstream error;",
            "proxy_next_upstream_tries 2;",
            "proxy_connect_timeout 2s;",
        ],
    );
    let grpc = part("nginx.conf", "grpc_pass", "}");
    has(
        &grpc,
        &[
            "grpc_next_upstream error;",
            "grpc_next_upstream_tries 2;",
            "grpc_connect_timeout 2s;",
        ],
    );
}

#[test]
fn envoy_does_not_panic_nor_cut_nor_trust() {
    let clusters = part("envoy.yaml", "\n  clusters:\n", "no end");
    let calm = "common_lb_config: { healthy_panic_threshold: { value: 0 } }";
    assert_eq!(clusters.iter().filter(|line| *line == calm).count(), 2);
    let routes = part("envoy.yaml", "routes:", "http_filters:");
    let to_a_cluster: Vec<_> = routes
        .iter()
        .filter(|line| line.starts_with("route:"))
        .collect();
    assert_eq!(to_a_cluster.len(), 2);
    assert!(
        to_a_cluster
            .iter()
            .all(|line| line.contains(" timeout: 0s"))
    );
    let listener = part("envoy.yaml", "\n  listeners:\n", "\n  clusters:\n");
    has(&listener, &["use_remote_address: true"]);
}

#[test]
fn kubernetes_keeps_enough_pods_and_lets_in_who_is_named() {
    let deployment = part("kubernetes.yaml", "kind: Deployment", "\n---");
    let surge = "rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }";
    has(&deployment, &["replicas: 3", surge]);
    let budget = part("kubernetes.yaml", "kind: PodDisruptionBudget", "\n---");
    has(&budget, &["maxUnavailable: 1"]);
    let ingress = part("kubernetes.yaml", "kind: Ingress", "\n---");
    has(&ingress, &["ingressClassName: nginx"]);
    let policy = part("kubernetes.yaml", "kind: NetworkPolicy", "\n---");
    let expected = [
        "ingress:",
        "- from:",
        "- namespaceSelector:",
        "matchLabels: { kubernetes.io/metadata.name: ingress-nginx }",
        "ports:",
        "- { port: http }",
        "- from:",
        "- namespaceSelector:",
        "matchLabels: { kubernetes.io/metadata.name: monitoring }",
        "podSelector:",
        "matchLabels: { app.kubernetes.io/name: prometheus }",
        "ports:",
        "- { port: 9090 }",
    ];
    let from = policy.iter().position(|line| line == "ingress:").unwrap();
    assert_eq!(policy[from..], expected);
}

#[test]
fn nomad_asks_consul_and_gives_a_start_its_time() {
    let job = part("orders.nomad.hcl", "\njob ", "no end");
    let settings = [
        "count = 3",
        "provider = \"consul\"",
        "health_check = \"checks\"",
        "max_parallel = 1",
        "healthy_deadline = \"2m\"",
        "auto_revert = true",
        "kill_signal = \"SIGTERM\"",
    ];
    has(&job, &settings);
}

#[test]
fn ecs_asks_as_kubernetes_does_and_keeps_the_log() {
    let task: Value = serde_json::from_str(&text("ecs-task.json")).unwrap();
    let orders = &task["containerDefinitions"][0];
    let manifest = text("kubernetes.yaml");
    let (_, live) = manifest.split_once("livenessProbe").unwrap();
    let (live, _) = live.split_once("readinessProbe").unwrap();
    let of = |field| numbers(live, field)[0];
    let asks = &orders["healthCheck"];
    assert_eq!(asks["interval"], of("periodSeconds"));
    assert_eq!(asks["retries"], of("failureThreshold"));
    // One more than the probe's own, so that it can say what it waited for.
    assert_eq!(asks["timeout"], of("timeoutSeconds") + 1);
    let log = &orders["logConfiguration"];
    assert_eq!(log["logDriver"], "awslogs");
    for option in ["awslogs-group", "awslogs-region", "awslogs-stream-prefix"] {
        assert!(log["options"][option].is_string(), "{option}");
    }
    assert!(
        task["executionRoleArn"].is_string(),
        "Fargate needs it for the log"
    );
}

#[test]
fn systemd_sends_what_the_drain_listens_for_and_never_gives_up() {
    let service = part("orders.service", "\n[Service]\n", "\n[Install]");
    let settings = [
        "KillSignal=SIGTERM",
        "KillMode=mixed",
        "Restart=on-failure",
        "RestartSec=1s",
    ];
    has(&service, &settings);
    // In another section it would be ignored, with a warning.
    let unit = part("orders.service", "[Unit]\n", "\n[Service]");
    has(&unit, &["StartLimitIntervalSec=0"]);
    let deadline = DrainPolicy::systemd().planned_deadline().as_secs();
    let said = format!("{deadline} s, and 5 s to end");
    assert!(text("orders.service").contains(&said), "{said}");
}
