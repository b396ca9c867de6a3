//! Envoy, which asks for health actively, as a cluster's health checker.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use integration_tests::patience::{patiently, pause};
use integration_tests::wire::Wire;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::{documented, peers};

/// A running Envoy, with a cluster for each name that it asks for. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Envoy {
    _child: Child,
    _folder: TempDir,
    admin: SocketAddr,
}

impl Envoy {
    pub(crate) async fn start(addr: SocketAddr, services: &[&str]) -> Self {
        let clusters: Vec<_> = services.iter().map(|name| cluster(name, addr)).collect();
        let text = json!({
            "admin": admin(),
            "static_resources": { "clusters": clusters },
        });
        Self::start_with(&text.to_string()).await
    }

    /// With one cluster of that name, checked as the documentation has it.
    pub(crate) async fn start_as_documented(addr: SocketAddr, service: &str) -> Self {
        let checked: Vec<_> = documented::envoy(service)
            .lines()
            .map(|line| format!("    {line}"))
            .collect();
        let (admin, members, checked) = (admin(), members(service, addr), checked.join("\n"));
        // JSON is YAML as well.
        let text = format!(
            "admin: {admin}\nstatic_resources:\n  clusters:\n  - name: {service}\n    type: STATIC\n    load_assignment: {members}\n{checked}\n"
        );
        Self::start_with(&text).await
    }

    async fn start_with(text: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let [config, admin] = ["config.yaml", "admin"].map(|name| folder.path().join(name));
        std::fs::write(&config, text).unwrap();
        let child = Command::new(peers::in_venv("envoy"))
            .arg("-c")
            .arg(&config)
            .arg("--admin-address-path")
            .arg(&admin)
            .args(["--disable-hot-restart", "--concurrency", "1", "-l", "off"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let listens = async {
            loop {
                let written = std::fs::read_to_string(&admin).unwrap_or_default();
                match written.trim().parse() {
                    Ok(addr) => break addr,
                    Err(_) => pause().await,
                }
            }
        };
        Self {
            admin: patiently("Envoy's own address", listens).await,
            _child: child,
            _folder: folder,
        }
    }

    /// Waits until it holds the host that it asks for this service for healthy, or not.
    pub(crate) async fn finds(
        &self,
        service: &str,
        healthy: bool,
        patience: Duration,
    ) -> Result<(), String> {
        let finding = async {
            while self.is_healthy(service).await != healthy {
                pause().await;
            }
        };
        let found = timeout(patience, finding).await;
        found.map_err(|_| format!("{service:?} is never healthy={healthy} to Envoy"))
    }

    async fn is_healthy(&self, service: &str) -> bool {
        let clusters = self.ask("/clusters?format=json").await;
        let clusters: Value = serde_json::from_str(&clusters).unwrap();
        let clusters = clusters["cluster_statuses"].as_array().unwrap();
        let mut found = clusters.iter().filter(|one| one["name"] == named(service));
        let health = &found.next().unwrap()["host_statuses"][0]["health_status"];
        health["eds_health_status"] == "HEALTHY" && health["failed_active_health_check"].is_null()
    }

    /// How often it has asked for this service in vain.
    pub(crate) async fn failures(&self, service: &str) -> u64 {
        let name = format!("cluster.{}.health_check.failure: ", named(service));
        let statistics = self.ask("/stats?filter=health_check").await;
        let mut counts = statistics
            .lines()
            .filter_map(|line| line.strip_prefix(&name));
        counts.next().map_or(0, |count| count.parse().unwrap())
    }

    async fn ask(&self, path: &str) -> String {
        let mut wire = Wire::connect(self.admin).await;
        wire.get(path).await.plain().1.to_owned()
    }
}

fn named(service: &str) -> &str {
    match service {
        "" => "whole",
        service => service,
    }
}

fn socket(addr: SocketAddr) -> Value {
    json!({ "socket_address": { "address": addr.ip(), "port_value": addr.port() } })
}

fn cluster(service: &str, addr: SocketAddr) -> Value {
    let check = match service {
        "" => json!({}),
        service => json!({ "service_name": service }),
    };
    json!({
        "name": named(service),
        "type": "STATIC",
        "load_assignment": members(named(service), addr),
        "health_checks": [{
            "timeout": "1s",
            "interval": "0.05s",
            "no_traffic_interval": "0.05s",
            "unhealthy_threshold": 1,
            "healthy_threshold": 1,
            "grpc_health_check": check,
        }],
        "typed_extension_protocol_options": { "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
            "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
            "explicit_http_config": { "http2_protocol_options": {} },
        }},
    })
}

fn members(cluster: &str, addr: SocketAddr) -> Value {
    let endpoint = json!({ "endpoint": { "address": socket(addr) } });
    json!({
        "cluster_name": cluster,
        "endpoints": [{ "lb_endpoints": [endpoint] }],
    })
}

fn admin() -> Value {
    let anywhere = "127.0.0.1:0".parse().unwrap();
    json!({ "address": socket(anywhere) })
}
