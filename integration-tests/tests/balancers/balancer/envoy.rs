//! Envoy, which asks for readiness. JSON is YAML, and is written without care for indents.

use std::net::SocketAddr;

use integration_tests::wire::Wire;
use serde_json::{Value, json};

use super::Checks;

pub(super) fn arguments(config: &str) -> [&str; 7] {
    let quiet = ["--disable-hot-restart", "--concurrency", "1", "-l", "warn"];
    let [a, b, c, d, e] = quiet;
    ["-c", config, a, b, c, d, e]
}

pub(super) fn config(
    instances: &[SocketAddr],
    listens: [SocketAddr; 2],
    admin: SocketAddr,
    checks: Checks,
) -> String {
    let [http1, http2] = listens;
    let config = json!({
        "admin": { "address": socket(admin) },
        "static_resources": {
            "listeners": [listener("http1", http1), listener("http2", http2)],
            "clusters": [cluster("http1", instances, checks), cluster("http2", instances, checks)],
        },
    });
    config.to_string()
}

fn socket(addr: SocketAddr) -> Value {
    json!({ "socket_address": { "address": addr.ip(), "port_value": addr.port() } })
}

fn listener(cluster: &str, addr: SocketAddr) -> Value {
    let log = "%START_TIME% %REQ(X-REQUEST)% %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %UPSTREAM_HOST%\n";
    let manager = json!({
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": cluster,
        "access_log": [{
            "name": "envoy.access_loggers.stdout",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog",
                "log_format": { "text_format_source": { "inline_string": log } },
            },
        }],
        "route_config": { "virtual_hosts": [{
            "name": cluster,
            "domains": ["*"],
            "routes": [{ "match": { "prefix": "/" }, "route": { "cluster": cluster, "timeout": "0s" } }],
        }]},
        "upgrade_configs": [{ "upgrade_type": "websocket" }],
        "http_filters": [{
            "name": "envoy.filters.http.router",
            "typed_config": { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
        }],
    });
    let filter =
        json!({ "name": "envoy.filters.network.http_connection_manager", "typed_config": manager });
    json!({ "name": cluster, "address": socket(addr), "filter_chains": [{ "filters": [filter] }] })
}

fn cluster(name: &str, instances: &[SocketAddr], checks: Checks) -> Value {
    let (interval, threshold) = match checks {
        Checks::Prompt => ("0.2s", 1),
        Checks::Slow => ("3600s", 3),
    };
    let (codec, options) = if name == "http2" {
        ("HTTP2", "http2_protocol_options")
    } else {
        ("HTTP1", "http_protocol_options")
    };
    let endpoint = |addr: &SocketAddr| json!({ "endpoint": { "address": socket(*addr) } });
    let endpoints: Vec<Value> = instances.iter().map(endpoint).collect();
    json!({
        "name": name,
        "type": "STATIC",
        "lb_policy": "ROUND_ROBIN",
        // The window is scaled down like all other times: by default, a change of health that follows another within a second is
        // heard of only when that second is over. A lame duck has to be longer than the interval and this window.
        "common_lb_config": { "healthy_panic_threshold": { "value": 0 }, "update_merge_window": "0.1s" },
        "load_assignment": { "cluster_name": name, "endpoints": [{ "lb_endpoints": endpoints }] },
        "health_checks": [{
            "timeout": "0.3s",
            "interval": interval,
            "no_traffic_interval": interval,
            "unhealthy_threshold": threshold,
            "healthy_threshold": 1,
            "http_health_check": { "path": "/health/ready", "codec_client_type": codec },
        }],
        "typed_extension_protocol_options": { "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
            "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
            "explicit_http_config": { options: {} },
        }},
    })
}

/// What it holds against an instance, in both clusters; `healthy` is nothing.
pub(super) async fn health_flags(admin: SocketAddr, instance: SocketAddr) -> Vec<String> {
    let mut wire = Wire::connect(admin).await;
    let clusters = wire.get("/clusters").await;
    let (_, text) = clusters.plain();
    let name = format!("::{instance}::health_flags::");
    let flags = text.lines().filter_map(|line| line.split_once(&name));
    flags.map(|(_, flags)| flags.to_owned()).collect()
}

/// From its statistics: one line a cluster.
pub(super) async fn retried(admin: SocketAddr) -> u64 {
    let mut wire = Wire::connect(admin).await;
    let statistics = wire.get("/stats?filter=upstream_rq_retry$").await;
    let (_, text) = statistics.plain();
    let numbers = text.lines().filter_map(|line| line.split_once(": "));
    let numbers = numbers.map(|(_, number)| number.parse::<u64>().unwrap());
    numbers.sum()
}
