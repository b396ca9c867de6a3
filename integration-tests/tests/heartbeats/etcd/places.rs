//! Endpoints that are wrong, dead, or die.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use health_tower::Probe;
use health_tower::heartbeat::Etcd;
use integration_tests::etcd::Cluster;
use integration_tests::peer::is_there;
use tokio::net::TcpListener;

use super::instance::Instance;
use super::listed::listed;
use super::slow::{HANGS, Slow};

/// Where nobody listens.
async fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_port_is_said_to_be_one() {
    let address = closed().await;
    let instance = Instance::with(Etcd::at([format!("http://{address}")]));
    let problem = instance.says("nothing listens there").await;
    let start = format!("etcd at {address}: ");
    assert!(problem.starts_with(&start), "{problem}");
    // Joined or not: it is ready.
    assert!(instance.health.status(Probe::Readiness).is_up(), "advisory");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_for_http_is_no_etcd() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, Router::new()).await });
    let instance = Instance::with(Etcd::at([format!("http://{address}")]));
    instance.says("it speaks no gRPC, or is no etcd").await;
    let instance = Instance::with(Etcd::at([format!("https://{address}")]));
    instance.says("it speaks no TLS").await;
    server.abort();
}

/// Etcd 3.4 serves clients there as well, with what peers have for TLS.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_port_for_peers_works_where_it_serves_clients() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let cluster = Cluster::of(1).start().await;
    let peers = cluster.endpoints()[0].replace(":2379", ":2380");
    let instance = Instance::with(Etcd::at([peers.replace("http", "https")]));
    instance.says("it speaks no TLS").await;
    let instance = Instance::with(Etcd::at([peers]));
    tokio::select! {
        _ = instance.joined() => {}
        _ = instance.says("it speaks no gRPC") => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_endpoint_that_lives_is_enough() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let cluster = Cluster::of(1).start().await;
    // Whichever it begins with.
    let dead = [closed().await, closed().await, closed().await];
    let dead = dead.map(|address| format!("http://{address}"));
    let all = dead.into_iter().chain(cluster.endpoints());
    let instance = Instance::with(Etcd::at(all));
    instance.joined().await;
    instance.beats(3).await;
    instance.drains().await;
    let leases = cluster.ctl(&["lease", "list"]).await;
    assert!(leases.contains("found 0 leases"), "{leases}");
}

/// Whichever of them it uses: all but the last are killed, and come back, one after the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_stays_one_over_another_endpoint() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let mut cluster = Cluster::of(3).start().await;
    let instance = Instance::that(Etcd::at(cluster.endpoints()), |heartbeat| {
        heartbeat.ttl(Duration::from_secs(15))
    });
    let tenure = instance.joined().await;
    for server in 0..3 {
        cluster.kill(server).await;
        cluster.leader().await;
        instance.beats(6).await;
        assert!(tenure.is_member(), "{:?}", instance.membership.report());
        cluster.start(server);
        cluster.healthy(server).await;
    }
    assert_eq!(instance.joined().await.incarnation(), tenure.incarnation());
}

/// The connection stands, and nothing comes over it any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_hangs_is_left_for_another() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let cluster = Cluster::of(1).start().await;
    let server = &cluster.endpoints()[0];
    let ways = [Slow::before(server).await, Slow::before(server).await];
    let etcd = Etcd::at(ways.iter().map(Slow::url));
    let instance = Instance::that(etcd, |heartbeat| heartbeat.ttl(Duration::from_secs(20)));
    let tenure = instance.joined().await;
    for way in &ways {
        way.by_ms.store(HANGS, Ordering::Relaxed);
        instance.beats(6).await;
        assert!(tenure.is_member());
        way.by_ms.store(0, Ordering::Relaxed);
    }
    let missed = instance.membership.report().failed();
    assert!(missed >= 1, "it used neither?");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_does_so_over_another_endpoint_if_its_own_hangs() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let cluster = Cluster::of(1).start().await;
    let server = &cluster.endpoints()[0];
    let ways = [Slow::before(server).await, Slow::before(server).await];
    let etcd = Etcd::at(ways.iter().map(Slow::url));
    let instance = Instance::that(etcd, |heartbeat| heartbeat.ttl(Duration::from_secs(60)));
    instance.joined().await;
    let used = |way: &&Slow| way.came.load(Ordering::Relaxed) > 0;
    let used: Vec<_> = ways.iter().filter(used).collect();
    assert_eq!(used.len(), 1, "one is enough");
    used[0].by_ms.store(HANGS, Ordering::Relaxed);
    instance.drains().await;
    assert!(listed(&cluster).await.is_none(), "not before its TTL");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_quorum_it_waits_for_one_and_says_so() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let mut cluster = Cluster::of(3).start().await;
    cluster.kill(1).await;
    cluster.kill(2).await;
    let instance = Instance::with(Etcd::at([cluster.endpoints().swap_remove(0)]));
    // It says so itself, instead of letting everybody wait.
    let problem = instance.says("etcdserver: no leader").await;
    assert!(problem.contains("without a quorum"), "{problem}");
    assert!(instance.health.status(Probe::Readiness).is_up(), "advisory");
    cluster.start(1);
    instance.joined().await;
    cluster.kill(1).await;
    instance.says("quorum").await;
    cluster.start(1);
    instance.joined().await;
    instance.beats(2).await;
}
