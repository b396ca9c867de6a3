//! A membership that ends on the other side.

use std::sync::atomic::Ordering;
use std::time::Duration;

use health_tower::heartbeat::Etcd;
use integration_tests::etcd::Cluster;
use integration_tests::patience::{patiently, pause};
use integration_tests::peer::is_there;

use super::instance::{Instance, KEY};
use super::listed::{listed, until_listed};
use super::slow::{HANGS, Slow};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_thrown_out_knows_it_with_the_next_beat_and_joins_anew() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let cluster = Cluster::of(1).start().await;
    let instance = Instance::of(&cluster);
    let before = instance.joined().await;
    instance.beats(2).await;
    let lease = listed(&cluster).await.unwrap().lease;
    cluster.ctl(&["lease", "revoke", &lease]).await;
    let after = instance.rejoined(&before).await;
    assert!(after.token() > before.token());
    assert_ne!(listed(&cluster).await.unwrap().lease, lease);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_was_deleted_is_noticed_within_five_beats() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let cluster = Cluster::of(1).start().await;
    let instance = Instance::of(&cluster);
    let before = instance.joined().await;
    instance.beats(2).await;
    cluster.ctl(&["del", KEY]).await;
    let acked = || instance.membership.report().acked();
    let (first, mut last) = (acked(), 0);
    let fenced = async {
        loop {
            let now = acked();
            // Else it may be of the membership after it.
            if !before.is_member() {
                return;
            }
            last = now;
            pause().await;
        }
    };
    patiently("the fence", fenced).await;
    assert!(last.saturating_sub(first) <= 5, "{first} to {last}");
    let after = instance.rejoined(&before).await;
    assert!(after.token() > before.token());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_another_has_taken_is_not_written_over() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let cluster = Cluster::of(1).start().await;
    let way = Slow::before(&cluster.endpoints()[0]).await;
    let instance = Instance::that(Etcd::at([way.url()]), |heartbeat| {
        heartbeat.ttl(Duration::from_secs(30))
    });
    let before = instance.joined().await;
    instance.beats(2).await;
    let granted = cluster.ctl(&["lease", "grant", "60"]).await;
    let lease = granted.split_whitespace().nth(1).unwrap().to_owned();
    // It hears nothing meanwhile, and so can't come back in between.
    way.by_ms.store(HANGS, Ordering::Relaxed);
    cluster.ctl(&["del", KEY]).await;
    let bound = format!("--lease={lease}");
    cluster.ctl(&["put", KEY, "somebody else", &bound]).await;
    way.by_ms.store(0, Ordering::Relaxed);
    patiently("the fence", before.fenced()).await;
    let problem = instance.says("another instance").await;
    assert!(problem.contains(&lease), "{problem}");
    let value = cluster.ctl(&["get", KEY, "--print-value-only"]).await;
    assert_eq!(value.trim_end(), "somebody else");
    cluster.ctl(&["lease", "revoke", &lease]).await;
    instance.joined().await;
    until_listed(&cluster, "it again", |found| found.is_some()).await;
}

/// Whoever is there stays, and whoever comes is told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_etcd_that_is_full_takes_nobody_off_its_list() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let cluster = Cluster::of(1)
        .flag("--quota-backend-bytes=1000000")
        .start()
        .await;
    let instance = Instance::of(&cluster);
    let tenure = instance.joined().await;
    let junk = "x".repeat(100_000);
    let is_full = || async {
        let alarms = cluster.ctl(&["alarm", "list"]).await;
        alarms.contains("NOSPACE")
    };
    while !is_full().await {
        let mut put = cluster.etcdctl();
        let _refused = put.args(["put", "junk", &junk]).output().await.unwrap();
    }
    instance.beats(12).await;
    assert!(tenure.is_member());
    let report = instance.membership.report();
    assert!(report.warning().unwrap().contains("etcd is full"));
    let other = Instance::with(Etcd::at(cluster.endpoints()).prefix("health/others/"));
    other.says("`etcdctl alarm disarm`").await;
    // It is still seen if somebody deletes it.
    cluster.ctl(&["del", KEY]).await;
    patiently("the fence", tenure.fenced()).await;
}
