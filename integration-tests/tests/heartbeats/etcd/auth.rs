//! Users, and what they may do.

use std::time::Duration;

use health_tower::HeartbeatState;
use health_tower::heartbeat::Etcd;
use integration_tests::etcd::Cluster;
use integration_tests::patience::{patiently, until};
use integration_tests::peer::is_there;

use super::instance::Instance;

/// With `orders`, who may do what is needed, and `guest`, who may do nothing.
async fn guarded() -> Cluster {
    let cluster = declared().await;
    cluster.ctl(&["auth", "enable"]).await;
    cluster
}

/// With the same, who are not demanded yet.
async fn declared() -> Cluster {
    let cluster = Cluster::of(1).flag("--auth-token-ttl=2").start().await;
    for args in [
        &["user", "add", "root:root"][..],
        &["user", "grant-role", "root", "root"],
        &["role", "add", "member"],
        &[
            "role",
            "grant-permission",
            "member",
            "--prefix=true",
            "readwrite",
            "health/members/",
        ],
        &["user", "add", "orders:secret-of-orders"],
        &["user", "grant-role", "orders", "member"],
        &["user", "add", "guest:secret-of-guest"],
    ] {
        if args == ["user", "grant-role", "root", "root"] {
            cluster.ctl(&["role", "add", "root"]).await;
        }
        cluster.ctl(args).await;
    }
    cluster
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_is_told_what_is_needed() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let cluster = guarded().await;
    let etcd = || Etcd::at(cluster.endpoints());
    for (etcd, says) in [
        (etcd(), "it requires `.user(name, password)`"),
        (
            etcd().user("orders", "wrong-secret"),
            "check the name and the password of `.user(…)`",
        ),
        (
            etcd().user("nobody", "wrong-secret"),
            "check the name and the password of `.user(…)`",
        ),
        (
            etcd().user("guest", "secret-of-guest"),
            "its user needs readwrite on the prefix `health/members/`",
        ),
        (
            etcd()
                .user("orders", "secret-of-orders")
                .prefix("elsewhere/"),
            "its user needs readwrite on the prefix `elsewhere/`",
        ),
    ] {
        assert!(!format!("{etcd:?}").contains("secret"));
        let instance = Instance::with(etcd);
        let problem = instance.says(says).await;
        assert!(problem.starts_with("etcd at 127."), "{problem}");
        assert!(!problem.contains("secret"), "{problem}");
    }
}

/// Simple tokens of etcd end when they were not used for so long: here, two seconds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_outlives_its_token() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let cluster = guarded().await;
    let instance = seldom(&cluster);
    let tenure = instance.joined().await;
    // The first puts, and so does the sixth; keepalives need no token. A drain is put at once.
    instance.beats(2).await;
    let held = instance.health.hold();
    instance.health.shutdown();
    instance.beats(1).await;
    assert!(tenure.is_member());
    let report = instance.membership.report();
    assert_eq!(report.failed(), 0, "{report:?}");
    drop(held);
    instance.drained().await;
    let root = ["--user=root:root", "lease", "list"];
    let leases = cluster.ctl(&root).await;
    assert!(leases.contains("found 0 leases"), "{leases}");
}

/// Without a drain, nothing is put before it leaves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_with_a_token_that_has_ended_leaves() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let cluster = guarded().await;
    let instance = seldom(&cluster);
    instance.joined().await;
    // The second is a keepalive, which needs no token.
    instance.beats(2).await;
    let Instance { health, membership } = instance;
    drop(health);
    until("the end", || membership.state() == HeartbeatState::Left).await;
    let root = ["--user=root:root", "lease", "list"];
    let gone = async { while !cluster.ctl(&root).await.contains("found 0 leases") {} };
    patiently("the end of its lease", gone).await;
}

/// Whoever was declared before is a member all the while.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_stays_one_when_users_are_demanded() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let cluster = declared().await;
    let etcd = Etcd::at(cluster.endpoints()).user("orders", "secret-of-orders");
    let instance = Instance::with(etcd);
    let tenure = instance.joined().await;
    instance.beats(2).await;
    cluster.ctl(&["auth", "enable"]).await;
    // At least two of them are put.
    instance.beats(12).await;
    assert!(tenure.is_member(), "{:?}", instance.membership.report());
}

/// Users can be declared before they are demanded.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_where_none_is_needed_is_no_error() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let cluster = Cluster::of(1).start().await;
    let etcd = Etcd::at(cluster.endpoints()).user("orders", "secret-of-orders");
    let instance = Instance::with(etcd);
    instance.joined().await;
    instance.beats(2).await;
}

/// Who beats so seldom that its token ends between two puts.
fn seldom(cluster: &Cluster) -> Instance {
    let etcd = Etcd::at(cluster.endpoints()).user("orders", "secret-of-orders");
    Instance::that(etcd, |heartbeat| {
        heartbeat
            .every(Duration::from_secs(5))
            .ttl(Duration::from_secs(60))
    })
}
