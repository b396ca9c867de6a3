//! The test of the tests: the tools refuse broken copies.

use crate::accepted::installed;
use crate::files::{changed, text};
use crate::judge::{self, Judge};

/// Each mistake by itself, and with the tool's own word for it.
fn refuses(judge: &Judge, good: &str, mistakes: &[(&str, &str, &str)]) {
    let Some(found) = judge.found() else {
        return;
    };
    for (right, wrong, why) in mistakes {
        let Err(complaint) = judge.takes(&found, &changed(good, right, wrong)) else {
            panic!("{}: {wrong} is taken", judge.file);
        };
        assert!(complaint.contains(why), "{wrong}: {complaint}");
    }
}

#[test]
fn haproxy_refuses_what_is_wrong() {
    let mistakes = [
        ("inter 2s", "intr 2s", "intr"),
        ("timeout check 1s", "timeout check 1x", "timeout check"),
        ("/health/ready ver", "/health/ready vers", "vers"),
        ("    timeout client 60s\n", "", "WARNING"),
    ];
    refuses(&judge::HAPROXY, &text("haproxy.cfg"), &mistakes);
}

#[test]
fn nginx_refuses_what_is_wrong() {
    let mistakes = [
        ("max_fails=1", "max_fail=1", "max_fail"),
        ("fail_timeout=5s", "fail_timeout=5x", "fail_timeout"),
        (
            "proxy_next_upstream error",
            "proxy_next_upstream eror",
            "eror",
        ),
        ("listen 50051", "listen 80", "[warn]"),
    ];
    refuses(&judge::NGINX, &text("nginx.conf"), &mistakes);
}

#[test]
fn envoy_refuses_what_is_wrong() {
    let mistakes = [
        (
            "unhealthy_threshold",
            "unhealty_threshold",
            "unhealty_threshold",
        ),
        ("interval: 2s", "interval: 2sec", "2sec"),
        (
            "cluster: orders_grpc",
            "cluster: orders_grcp",
            "orders_grcp",
        ),
    ];
    refuses(&judge::ENVOY, &text("envoy.yaml"), &mistakes);
}

#[test]
fn systemd_refuses_what_is_wrong() {
    let unit = text("orders.service");
    let mistakes = [
        ("TimeoutStopSec=90s", "TimeoutStopSec=90sn", "90sn"),
        ("KillMode=mixed", "KillMod=mixed", "KillMod"),
        ("Type=notify", "Type=notifies", "notifies"),
        ("WatchdogSec=30s", "WatchdogSec=30sn", "30sn"),
        ("Restart=on-failure", "Restart=on-crash", "on-crash"),
    ];
    refuses(&judge::SYSTEMD, &installed(&unit), &mistakes);
    let missing = [(
        "/usr/local/bin/orders",
        "/nowhere/orders",
        "/nowhere/orders",
    )];
    refuses(&judge::SYSTEMD, &unit, &missing);
}

#[test]
fn kubernetes_refuses_what_is_wrong() {
    let mistakes = [
        (
            "failureThreshold: 3",
            "failureTreshold: 3",
            "failureTreshold",
        ),
        ("periodSeconds: 5", "periodSeconds: 5s", "5s"),
        (
            "  maxUnavailable: 1",
            "  maxUnavailable: [1]",
            "maxUnavailable",
        ),
        ("pathType: Prefix", "pathTyp: Prefix", "pathTyp"),
        ("podSelector:", "podSelectors:", "podSelector"),
    ];
    refuses(&judge::KUBERNETES, &text("kubernetes.yaml"), &mistakes);
}

#[test]
fn ecs_refuses_what_is_wrong() {
    let mistakes = [
        (
            "\"stopTimeout\": 30",
            "\"stopTimeout\": \"30s\"",
            "stopTimeout",
        ),
        ("healthCheck", "healthcheck", "healthcheck"),
        ("\"interval\"", "\"period\"", "period"),
        ("awsvpc", "awsvcp", "awsvcp"),
    ];
    refuses(&judge::ECS, &text("ecs-task.json"), &mistakes);
}

#[test]
fn nomad_refuses_what_is_wrong() {
    let mistakes = [
        ("kill_timeout =", "kill_time =", "kill_time"),
        (
            "kill_timeout = \"30s\"",
            "kill_timeout = \"30 s\"",
            "kill_timeout",
        ),
        ("check_restart {", "checkrestart {", "checkrestart"),
        ("check {", "checks {", "checks is no name in HCL"),
        ("count = 3", "count = \"three\"", "count"),
        ("type     = \"http\"", "type     = \"https\"", "type"),
        ("kill_signal = \"SIGTERM\"", "kill_signal = {", "Error"),
    ];
    refuses(&judge::NOMAD, &text("orders.nomad.hcl"), &mistakes);
}
