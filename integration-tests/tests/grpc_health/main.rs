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
mod documented;
mod envoy;
mod example;
mod host;
mod idle;
mod ongoing;
mod peers;
mod plan;
mod row;
mod server;
mod stage;
mod table;
mod tonic_client;

use std::sync::Arc;

use futures_util::future::join_all;

use crate::catalogue::ROWS;
use crate::client::Client;
use crate::plan::Plan;
use crate::row::{Row, Seen};
use crate::server::Server;
use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_client_believes_it() {
    let plan = Plan::from_env();
    let clients = clients().await;
    let seen = join_all(Server::ALL.map(|server| at(server, &clients))).await;
    let seen = seen.concat();
    let unexpected: Vec<_> = seen.iter().filter(|seen| !seen.is_as_expected()).collect();
    assert!(unexpected.is_empty(), "{unexpected:#?}");
    let mut idle = Vec::new();
    for server in Server::ALL {
        if server.has_application() {
            idle.push(idle::measure(server, plan.watches).await);
        }
    }
    let table = table::render(plan, &seen, &idle);
    println!("{table}");
    if plan.write {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/GRPC.md");
        std::fs::write(path, table).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_client_believes_the_example() {
    let clients = clients().await;
    let verdicts = join_all(clients.iter().map(example::is_believed_by)).await;
    let seen = clients.iter().map(|client| client.name).zip(verdicts);
    let unexpected: Vec<_> = seen.filter(|(_, verdict)| verdict.is_err()).collect();
    assert!(unexpected.is_empty(), "{unexpected:#?}");
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
