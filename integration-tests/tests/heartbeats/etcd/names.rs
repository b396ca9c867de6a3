//! Two of one name.

use std::sync::atomic::Ordering;
use std::time::Duration;

use health_tower::heartbeat::Etcd;
use integration_tests::etcd::Cluster;
use integration_tests::peer::is_there;

use super::instance::{Instance, KEY};
use super::listed::{listed, until_listed};
use super::slow::Slow;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_of_a_name_says_so_and_joins_when_the_first_leaves() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let cluster = Cluster::of(1).start().await;
    let first = Instance::of(&cluster);
    first.joined().await;
    let second = Instance::of(&cluster);
    let problem = second.says("another instance").await;
    let lease = listed(&cluster).await.unwrap().lease;
    for part in [
        KEY,
        &lease,
        ".name(…)",
        "joins when that lease ends",
        "etcd at 127.",
    ] {
        assert!(problem.contains(part), "{part}: {problem}");
    }
    assert!(!second.membership.is_member() && first.membership.is_member());
    first.drains().await;
    second.joined().await;
    // The leases of its attempts are no litter.
    let leases = cluster.ctl(&["lease", "list"]).await;
    assert!(leases.contains("found 1 leases"), "{leases}");
}

/// As a process that was killed leaves it behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_predecessor_that_was_killed_is_waited_for_as_long_as_its_lease() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let cluster = Cluster::of(1).start().await;
    let granted = cluster.ctl(&["lease", "grant", "3"]).await;
    let lease = granted.split_whitespace().nth(1).unwrap().to_owned();
    cluster
        .ctl(&["put", KEY, "dead", &format!("--lease={lease}")])
        .await;
    let instance = Instance::of(&cluster);
    instance.says(&lease).await;
    instance.joined().await;
    let found = until_listed(&cluster, "it", |found| found.is_some()).await;
    assert_ne!(found.unwrap().lease, lease);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_without_a_lease_is_nobodys_and_never_ends() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let cluster = Cluster::of(1).start().await;
    cluster.ctl(&["put", KEY, "by hand"]).await;
    let instance = Instance::of(&cluster);
    instance.says("bound to no lease").await;
    cluster.ctl(&["del", KEY]).await;
    instance.joined().await;
}

/// A join whose answer was lost leaves a key behind, with a lease that ends in a minute.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_it_has_left_behind_itself_is_not_waited_for() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let cluster = Cluster::of(1).start().await;
    let slow = Slow::before(&cluster.endpoints()[0]).await;
    // One answer comes in time, and two don't: the lease is known, and what was done with it is not.
    slow.by_ms.store(600, Ordering::Relaxed);
    let instance = Instance::that(Etcd::at([slow.url()]), |heartbeat| {
        heartbeat.ttl(Duration::from_secs(60))
    });
    let found = until_listed(&cluster, "a key", |found| found.is_some()).await;
    let left_behind = found.unwrap();
    instance.says("no answer within 950ms").await;
    slow.by_ms.store(0, Ordering::Relaxed);
    let tenure = instance.joined().await;
    assert!(tenure.token() > Some(left_behind.created));
    let now = listed(&cluster).await.unwrap();
    assert_eq!(Some(now.created), tenure.token());
    assert_ne!(now.lease, left_behind.lease);
}
