//! Settings of the proxies that every tool takes with any value, and that no other test would miss: each stands where it belongs.

use crate::files::{has, part};

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
