//! gRPC health, looked at by clients that nobody here wrote; beside ours, `tonic-health`'s own server is shown the same cases.
//!
//! `grpcio` with `grpcio-health-checking`, `@grpc/grpc-js` with `grpc-health-check`, the client of `tonic-health`, Envoy's active health
//! checker, and curl for exact frames. All are installed by `integration-tests/run`; where one is missing, its cases say SKIPPED.
//!
//! `WRITE_GRPC=1` writes the table to `GRPC.md`; it is printed in any case. `GRPC_WATCHES` says how many idle streams are measured:
//! 1000 by default, 10000 for the committed table.

#![allow(clippy::unwrap_used, reason = "a test")]

mod cases;
mod catalogue;
mod client;
mod curl;
mod envoy;
mod host;
mod peers;
mod row;
mod stage;
mod tonic_client;

use std::sync::Arc;

use futures_util::future::join_all;

use crate::catalogue::ROWS;
use crate::client::Client;
use crate::row::{Row, Seen};
use crate::stage::{Server, Stage};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_client_believes_it() {
    let clients = clients().await;
    let seen = join_all(Server::ALL.map(|server| at(server, &clients))).await;
    let seen = seen.concat();
    for seen in &seen {
        println!("{seen:?}");
    }
    let wrong: Vec<_> = seen
        .iter()
        .filter(|seen| seen.server.is_ours() && seen.verdict.is_err())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

async fn clients() -> Vec<Arc<Client>> {
    let clients = [
        peers::grpcio().await,
        peers::grpc_js().await,
        Some(tonic_client::start()),
        peers::on_its_own("curl", "curl".to_owned()).await,
        peers::on_its_own("Envoy", peers::in_venv("envoy")).await,
    ];
    clients.into_iter().flatten().map(Arc::new).collect()
}

async fn at(server: Server, clients: &[Arc<Client>]) -> Vec<Seen> {
    let mut seen = Vec::new();
    for row in ROWS.iter().filter(|row| row.servers.contains(&server)) {
        for client in clients
            .iter()
            .filter(|client| row.clients.contains(&client.name))
        {
            seen.push(look(row, server, client).await);
        }
    }
    seen
}

async fn look(row: &Row, server: Server, client: &Arc<Client>) -> Seen {
    let stage = Stage::new(server, client, row.options).await;
    Seen {
        case: row.case,
        client: client.name,
        server,
        verdict: (row.run)(stage).await,
    }
}
