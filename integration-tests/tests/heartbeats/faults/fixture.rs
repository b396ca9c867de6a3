//! That what the others stand on does what it says.

use std::path::Path;

use integration_tests::etcd::Cluster;
use integration_tests::lan::{Lan, Room};
use integration_tests::patience::{patiently, until};
use integration_tests::peer::is_there;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_lives_as_long_as_a_majority() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let mut cluster = Cluster::of(3).flag("--pre-vote").start().await;
    cluster.ctl(&["put", "a", "1"]).await;
    let first = cluster.leader().await;
    cluster.kill(first).await;
    let second = cluster.leader().await;
    assert_ne!(first, second);
    cluster.ctl(&["put", "a", "2"]).await;

    cluster.start(first);
    cluster.healthy(first).await;
    cluster.freeze(second);
    let third = cluster.leader().await;
    assert_ne!(third, second);
    cluster.thaw(second);
    cluster.healthy(second).await;
    assert_eq!(
        cluster.ctl(&["get", "a", "--print-value-only"]).await,
        "2\n"
    );

    let processes: Vec<_> = (0..3).map(|server| cluster.id(server)).collect();
    drop(cluster);
    until("the servers to be gone", || {
        processes
            .iter()
            .all(|id| !Path::new(&format!("/proc/{id}/exe")).exists())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cable_can_be_cut() {
    if !is_there(Cluster::missing().await) || !is_there(Lan::missing().await) {
        return;
    }
    let cluster = Cluster::of(3).in_rooms().await.start().await;
    let first = cluster.leader().await;
    let client = Room::on(cluster.lan().unwrap()).await;
    let endpoints = cluster.endpoints().join(",");
    let gets = async |room: &Room| {
        let mut get = room.command("etcdctl");
        get.args([
            "--command-timeout=300ms",
            "--endpoints",
            &endpoints,
            "get",
            "a",
        ]);
        get.stderr(std::process::Stdio::null())
            .status()
            .await
            .unwrap()
            .success()
    };
    patiently("an answer", async { while !gets(&client).await {} }).await;
    client.cut().await;
    assert!(!gets(&client).await);
    client.mend().await;
    patiently("an answer", async { while !gets(&client).await {} }).await;
    client.lose(99).await;
    assert!(!gets(&client).await);
    client.lose(0).await;
    patiently("an answer", async { while !gets(&client).await {} }).await;

    cluster.room(first).unwrap().cut().await;
    let another = async { while cluster.leader().await == first {} };
    patiently("another leader", another).await;
    cluster.room(first).unwrap().mend().await;
    cluster.healthy(first).await;
}
