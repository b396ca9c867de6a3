//! HAProxy, which asks for readiness, and keeps and shares connections as it does by default.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use integration_tests::patience::patiently;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

pub(super) fn config(instances: &[SocketAddr], listens: [SocketAddr; 2], folder: &Path) -> String {
    let [http1, http2] = listens;
    let stats = folder.join("stats");
    let mut config = format!(
        "global
    stats socket {stats} mode 600 level user
    log stdout format raw local0
    nbthread 1
    maxconn 1000

defaults
    mode http
    log global
    option httplog
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    timeout tunnel 60s
    timeout check 5s
    retries 0
    no option redispatch
    balance roundrobin
    option httpchk GET /health/ready
    http-check expect status 200
    default-server check inter 200ms fall 1 rise 1

frontend http1
    bind {http1}
    http-request capture req.hdr(x-request) len 20
    default_backend http1

frontend http2
    bind {http2}
    http-request capture req.hdr(x-request) len 20
    default_backend http2
",
        stats = stats.display()
    );
    for (name, proto) in [("http1", ""), ("http2", " proto h2")] {
        write!(config, "\nbackend {name}\n").unwrap();
        for (index, instance) in instances.iter().enumerate() {
            writeln!(config, "    server instance{index} {instance}{proto}").unwrap();
        }
    }
    config
}

/// From its statistics: the columns of retries and of redispatches, of the backends.
pub(super) async fn retried(folder: &Path) -> u64 {
    let statistics = async {
        let mut socket = UnixStream::connect(folder.join("stats")).await.unwrap();
        socket.write_all(b"show stat\n").await.unwrap();
        let mut statistics = String::new();
        socket.read_to_string(&mut statistics).await.unwrap();
        statistics
    };
    let statistics = patiently("HAProxy's statistics", statistics).await;
    let mut rows = statistics
        .lines()
        .map(|row| row.split(',').collect::<Vec<_>>());
    let names = rows.next().unwrap();
    let column = |name| names.iter().position(|known| *known == name).unwrap();
    let (name, retries, redispatches) = (column("svname"), column("wretr"), column("wredis"));
    let backends = rows.filter(|row| row.get(name) == Some(&"BACKEND"));
    let numbers = backends.flat_map(|row| [row[retries], row[redispatches]].map(str::to_owned));
    numbers.map(|number| number.parse::<u64>().unwrap()).sum()
}
