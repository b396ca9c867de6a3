//! A small order service: HTTP and gRPC on one port, orders in an embedded database, a task that ships them.
//!
//! ```sh
//! cargo run --example orders      # and it prints what to try
//! ```
//!
//! What health takes: two annotated functions (`checks.rs`), and here a builder, a layer, and `health.run(server)`. The
//! rest is an ordinary axum and tonic service.

mod address;
mod checks;
mod database;
mod dispatcher;
mod error;
mod grpc;
mod http;
mod proto;
mod tour;

use std::io::IsTerminal as _;
use std::sync::Arc;

use health_tower::heartbeat::Systemd;
use health_tower::{DrainPolicy, GrpcHealth, Health, HealthLayer, Heartbeat};
use tracing_subscriber::EnvFilter;

use crate::database::Database;
use crate::dispatcher::Dispatcher;
use crate::proto::orders_server::OrdersServer;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // `orders health-probe http://localhost:8080/health/live` asks instead: for images without curl.
    health_tower::exec_probe();

    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();

    let listener = address::bind().await?;
    let folder = tempfile::tempdir()?;
    let database = Database::open(folder.path().join("orders.db")).await?;
    let dispatcher = Arc::new(Dispatcher::new());

    let health = Health::builder()
        .state(database.clone())
        .state(Arc::clone(&dispatcher))
        // If a refactoring loses a check, this doesn't start, instead of being ready without it.
        .expect(["database", "dispatcher"])
        .drain(DrainPolicy::default().lame_duck(tour::LAME_DUCK))
        .start()?;
    // Ready, alive and stopping, for `orders.service`; in a shell, nobody wants to know.
    if let Some(systemd) = Systemd::from_env() {
        Heartbeat::to(systemd).start(&health)?;
    }

    tokio::spawn(Arc::clone(&dispatcher).run(database.clone(), health.clone()));

    // gRPC clients ask about the service by its name.
    let orders = GrpcHealth::new().named::<OrdersServer<grpc::Service>>(["database", "dispatcher"]);
    let layer = HealthLayer::builder(&health).grpc(orders).build()?;

    let service = grpc::Service::new(database.clone(), dispatcher, health.closing());
    let app = service
        .beside(http::routes(database.clone()))
        // The last layer is the outermost: nothing refuses or delays a probe.
        .layer(layer);

    tour::print(listener.local_addr()?);
    tokio::spawn(tour::narrate(health.subscribe()));

    let server = axum::serve(listener, app).with_graceful_shutdown(health.closing());
    let report = health.run(server).await?;

    // Only now: what was in flight has needed it.
    database.close().await;
    println!("done: {report}");
    Ok(())
}
