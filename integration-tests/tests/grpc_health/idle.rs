//! What Watch streams cost that are told nothing, and how long it takes to tell all of them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::join_all;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use integration_tests::http2::Http2;
use integration_tests::patience::{patiently, pause};

use crate::curl::{frame, request};
use crate::host::Host;
use crate::server::Server;

/// Half as many as hyper lets a client open on one connection.
const A_CONNECTION: usize = 100;
/// How often all are told something.
const CHANGES: usize = 20;

/// What was measured at one server.
#[derive(Debug)]
pub(crate) struct Idle {
    pub(crate) server: Server,
    /// In bytes, where the system says how much memory a process has.
    pub(crate) a_stream: Option<u64>,
    /// From the order until the last has been told, sorted.
    pub(crate) told: Vec<Duration>,
}

pub(crate) async fn measure(server: Server, watches: usize) -> Idle {
    let mut host = Host::start(server.name(), &[]).await;
    let connections = watches.div_ceil(A_CONNECTION);
    let connections = join_all((0..connections).map(|_| warm(host.addr))).await;
    let (heard, before) = (Arc::new(AtomicUsize::new(0)), host.resident());
    for number in 0..watches {
        let connection = connections[number / A_CONNECTION].clone();
        tokio::spawn(watch(connection, heard.clone()));
    }
    all(&heard, watches).await;
    let grown = host.resident().zip(before);
    let grown = grown.map(|(after, before)| after.saturating_sub(before) * 1024);
    let mut told = Vec::new();
    for change in 0..CHANGES {
        heard.store(0, Relaxed);
        let began = Instant::now();
        host.obey(if change % 2 == 0 { "drain" } else { "resume" })
            .await;
        all(&heard, watches).await;
        told.push(began.elapsed());
    }
    told.sort_unstable();
    Idle {
        server,
        a_stream: grown.map(|bytes| bytes / watches as u64),
        told,
    }
}

async fn all(heard: &AtomicUsize, watches: usize) {
    let counting = async {
        while heard.load(Relaxed) < watches {
            pause().await;
        }
    };
    patiently("all watchers to be told", counting).await;
}

fn asks(method: &str, service: &str) -> Request<Full<Bytes>> {
    let message = request(service);
    let body = Full::from(frame(0, message.len(), &message));
    Request::post(format!("http://test/grpc.health.v1.Health/{method}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(body)
        .unwrap()
}

/// A connection with everything that it needs for its first call.
async fn warm(addr: SocketAddr) -> Http2 {
    let mut connection = Http2::connect(addr).await;
    let response = connection.send(asks("Check", "pkg.Orders")).await.unwrap();
    patiently("a status", response.collect()).await.unwrap();
    connection
}

/// Counts its messages together with all others'.
async fn watch(mut connection: Http2, heard: Arc<AtomicUsize>) {
    let response = connection.send(asks("Watch", "pkg.Orders")).await.unwrap();
    let mut body = response.into_body();
    while let Some(Ok(frame)) = body.frame().await {
        if frame.is_data() {
            heard.fetch_add(1, Relaxed);
        }
    }
}
