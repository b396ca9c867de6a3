//! The numbers of the files, beside the library's own.

use std::time::Duration;

use health_tower::{DrainPolicy, Health, HealthLayer, KubernetesProbes};
use integration_tests::host::{healthy, listen};
use serde_json::Value;
use tokio::process::Command;

use crate::files::{changed, numbers, text};
use crate::service::Service;

/// What presets leave between the deadline and the kill.
const RESERVE: Duration = Duration::from_secs(5);

/// The one number that follows these words.
fn seconds(text: &str, before: &str) -> Duration {
    let found = numbers(text, before);
    assert!(!found.is_empty(), "{before:?} is not in {text}");
    assert!(
        found.iter().all(|number| *number == found[0]),
        "{before:?}: {found:?}"
    );
    Duration::from_secs(found[0])
}

fn lame_duck() -> Duration {
    DrainPolicy::default().planned_lame_duck()
}

#[test]
fn a_lame_duck_is_longer_than_haproxy_takes_to_notice() {
    let text = text("haproxy.cfg");
    let fall = u32::try_from(numbers(&text, " fall ")[0]).unwrap();
    let notices = seconds(&text, " inter ") * fall + seconds(&text, "timeout check ");
    assert_eq!(notices, Duration::from_secs(3), "as the comment says");
    assert!(notices < lame_duck());
}

#[test]
fn a_lame_duck_is_longer_than_envoy_takes_to_notice() {
    let text = text("envoy.yaml");
    let threshold = u32::try_from(numbers(&text, "unhealthy_threshold")[0]).unwrap();
    let merged = Duration::from_secs(1);
    let notices = seconds(&text, " interval") * threshold + seconds(&text, " - timeout") + merged;
    assert_eq!(notices, Duration::from_secs(4), "as the comment says");
    assert_eq!(
        seconds(&text, "no_traffic_interval"),
        seconds(&text, " interval")
    );
    assert!(notices < lame_duck());
}

#[tokio::test]
async fn kubernetes_is_told_what_the_library_prints() {
    let health = Health::builder().linked(false).start().unwrap();
    let probes = KubernetesProbes::new(&HealthLayer::new(&health))
        .container("orders")
        .port(8080);
    let printed = probes.to_string();
    let spec: String = printed
        .lines()
        .map(|line| format!("      {line}\n"))
        .collect();
    let manifest = text("kubernetes.yaml");
    assert!(manifest.contains(&spec), "not in the manifest:\n{spec}");

    let ready = printed.split_once("readinessProbe").unwrap().1;
    let [period, timeout] = ["periodSeconds", "timeoutSeconds"].map(|field| seconds(ready, field));
    assert!(period + timeout < lame_duck());
}

#[test]
fn the_public_side_of_kubernetes_is_a_list() {
    let manifest = text("kubernetes.yaml");
    let (_, ingress) = manifest.split_once("kind: Ingress").unwrap();
    let (ingress, _) = ingress.split_once("\n---").unwrap();
    let paths = ingress
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- path: "));
    assert_eq!(paths.collect::<Vec<_>>(), ["/orders"]);
    assert!(!ingress.contains("defaultBackend"));
    assert!(manifest.contains("type: ClusterIP"));
}

#[test]
fn systemd_waits_for_the_drain() {
    let stops = seconds(&text("orders.service"), "TimeoutStopSec");
    assert_eq!(stops, DrainPolicy::systemd().planned_deadline() + RESERVE);
    assert!(stops >= DrainPolicy::default().planned_deadline() + RESERVE);
}

/// Longer than what takes a member out that stalls, so that nobody is killed for what passes, and than start-up may take.
#[tokio::test]
async fn systemd_is_patient() {
    let unit = text("orders.service");
    assert!(seconds(&unit, "WatchdogSec=") >= Duration::from_secs(5) * 3);
    let starts = seconds(&unit, "TimeoutStartSec=");
    assert!(starts >= healthy().startup_deadline() + RESERVE);
}

#[test]
fn nomad_waits_for_the_drain() {
    let job = text("orders.nomad.hcl");
    let kills = seconds(&job, "\n      kill_timeout");
    let policy = DrainPolicy::nomad(kills);
    assert_eq!(policy.planned_deadline() + RESERVE, kills);
    assert!(DrainPolicy::default().planned_deadline() + RESERVE <= kills);
    let (_, ready) = job.split_once("\"/health/ready\"").unwrap();
    let (ready, live) = ready.split_once("\"/health/live\"").unwrap();
    let notices = seconds(ready, "interval") + seconds(ready, "timeout");
    assert!(notices < policy.planned_lame_duck());
    assert!(!ready.contains("check_restart"), "only liveness restarts");
    assert!(live.contains("check_restart"));
    assert_eq!(numbers(live, "limit"), [3], "as for Kubernetes");
}

#[tokio::test]
async fn a_service_may_take_its_time_to_start() {
    let deadline = healthy().startup_deadline();
    assert_eq!(seconds(&text("orders.nomad.hcl"), "grace"), deadline);
    assert_eq!(seconds(&text("ecs-task.json"), "\"startPeriod\""), deadline);
}

#[test]
fn ecs_waits_for_the_drain() {
    let stops = seconds(&text("ecs-task.json"), "\"stopTimeout\"");
    assert_eq!(DrainPolicy::ecs(stops).planned_deadline() + RESERVE, stops);
    assert!(DrainPolicy::default().planned_deadline() + RESERVE <= stops);
}

/// The very command, with a program of ours and its port.
#[tokio::test]
async fn the_command_of_ecs_asks_for_liveness_which_a_drain_leaves_alone() {
    let service = Service::start("orders").await;
    let (free, closed) = listen().await;
    drop(free);
    for (addr, healthy) in [(service.addr(), true), (closed, false)] {
        let task = changed(&text("ecs-task.json"), "localhost:8080", &addr.to_string());
        let task: Value = serde_json::from_str(&task).unwrap();
        let command = task["containerDefinitions"][0]["healthCheck"]["command"].as_array();
        let words = command.unwrap().iter().map(|word| word.as_str().unwrap());
        let ["CMD", "/orders", arguments @ ..] = &words.collect::<Vec<_>>()[..] else {
            panic!("{task}");
        };
        service.health.begin_drain();
        let program = env!("CARGO_BIN_EXE_probing_host");
        let ran = Command::new(program)
            .args(arguments)
            .output()
            .await
            .unwrap();
        assert_eq!(ran.status.success(), healthy, "{ran:?}");
    }
}

#[test]
fn the_files_deploy_the_example() {
    let address = include_str!("../../examples/orders/address.rs");
    let example = include_str!("../../examples/orders/main.rs");
    assert!(address.contains("\"127.0.0.1:8080\"") && address.contains("\"ORDERS_ADDR\""));
    assert!(
        example.contains("health_tower::exec_probe();"),
        "ECS runs it"
    );
    assert!(
        example.contains("Systemd::from_env()"),
        "systemd waits for it"
    );
    for (file, times) in [
        ("kubernetes.yaml", 1),
        ("ecs-task.json", 1),
        ("orders.nomad.hcl", 1),
        ("orders.service", 1),
    ] {
        let text = text(file);
        assert_eq!(text.matches("ORDERS_ADDR").count(), times, "{file}");
        assert!(text.contains(":8080"), "{file}");
    }
}
