//! The same for what runs the service.

use health_tower::DrainPolicy;
use serde_json::Value;

use crate::files::{has, numbers, part, text};

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
        "Type=notify",
        "NotifyAccess=main",
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
