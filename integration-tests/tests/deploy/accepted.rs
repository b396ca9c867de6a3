//! The tools take the files, without a word of warning.

use crate::files::{changed, text};
use crate::judge::{self, Judge};

fn accepts(judge: &Judge, text: &str) {
    let Some(found) = judge.found() else {
        return;
    };
    assert_eq!(judge.takes(&found, text), Ok(()), "{}", judge.file);
}

/// A unit whose program isn't there is refused: here it is this very test.
pub(crate) fn installed(unit: &str) -> String {
    let program = std::env::current_exe().unwrap();
    changed(unit, "/usr/local/bin/orders", program.to_str().unwrap())
}

#[test]
fn haproxy_takes_its_file() {
    accepts(&judge::HAPROXY, &text("haproxy.cfg"));
}

#[test]
fn nginx_takes_its_file() {
    accepts(&judge::NGINX, &text("nginx.conf"));
}

#[test]
fn envoy_takes_its_file() {
    accepts(&judge::ENVOY, &text("envoy.yaml"));
}

#[test]
fn systemd_takes_its_unit() {
    accepts(&judge::SYSTEMD, &installed(&text("orders.service")));
}

#[test]
fn kubernetes_takes_its_manifest() {
    accepts(&judge::KUBERNETES, &text("kubernetes.yaml"));
}

#[test]
fn ecs_takes_its_task() {
    accepts(&judge::ECS, &text("ecs-task.json"));
}

#[test]
fn nomad_takes_its_job() {
    accepts(&judge::NOMAD, &text("orders.nomad.hcl"));
}
