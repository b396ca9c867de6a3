//! Joins, beats, and leaves.

use health_tower::Phase;
use integration_tests::etcd::Cluster;
use integration_tests::patience::until;
use integration_tests::peer::is_there;

use super::instance::Instance;
use super::listed::{Listed, listed, until_listed};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_is_listed_with_its_vitals_until_it_leaves() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let cluster = Cluster::of(1).start().await;
    let instance = Instance::of(&cluster);
    let tenure = instance.joined().await;
    let first = listed(&cluster).await.unwrap();
    assert_eq!(tenure.token(), Some(first.created));
    assert_eq!(first.vitals.phase(), Phase::Serving);

    // Each fifth beat writes them.
    instance.beats(11).await;
    let later = listed(&cluster).await.unwrap();
    assert!(later.version > first.version, "{later:?}");
    assert!(later.version < first.version + 11, "{later:?}");
    assert_eq!(
        (later.created, &later.lease),
        (first.created, &first.lease),
        "the same member"
    );

    // Whoever reads the list hears of a drain before the next beat is due.
    let held = instance.health.hold();
    instance.health.shutdown();
    let drains =
        |found: Option<&Listed>| found.is_some_and(|found| found.vitals.phase() != Phase::Serving);
    until_listed(&cluster, "the drain", drains).await;
    drop(held);
    instance.drained().await;
    assert!(listed(&cluster).await.is_none(), "gone with the drain");
    let leases = cluster.ctl(&["lease", "list"]).await;
    assert!(leases.contains("found 0 leases"), "{leases}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_token_rises_with_each_membership() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let cluster = Cluster::of(1).start().await;
    let mut last = 0;
    for _ in 0..3 {
        let instance = Instance::of(&cluster);
        let token = instance.joined().await.token().unwrap();
        assert!(token > last);
        last = token;
        instance.drains().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_needed_is_not_granted_and_what_is_granted_counts() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let cluster = Cluster::of(1)
        .flag("--heartbeat-interval=1000")
        .flag("--election-timeout=5000")
        .start()
        .await;
    let instance = Instance::of(&cluster);
    let tenure = instance.joined().await;
    // One and a half elections.
    assert!(tenure.remaining().as_secs_f64() > 5.0, "{tenure:?}");
    instance.beats(2).await;
    assert!(tenure.is_member() && tenure.remaining().as_secs_f64() > 5.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_that_loses_leases_is_told_of() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let cluster = Cluster::of(1).start().await;
    let version = cluster.ctl(&["version"]).await;
    let instance = Instance::of(&cluster);
    instance.joined().await;
    // What Debian 12 has.
    if version.contains("etcdctl version: 3.4.23") {
        let warning = || instance.membership.report().warning().map(str::to_owned);
        until("a warning", || warning().is_some()).await;
        let warning = warning().unwrap();
        assert!(
            warning.starts_with("etcd 3.4.23 may delete leases"),
            "{warning}"
        );
    }
}
