//! Metrics for Prometheus, on a port of their own beside the probes.
//!
//! ```sh
//! cargo run --example metrics      # and it prints what to try
//! ```
//!
//! The page works while readiness is 503, and until the process ends. A thread of its own serves it: so it is there as well when
//! the application's runtime stands still, which is what some of the alerts are about.

use std::error::Error;
use std::future::ready;
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::{env, io, process, thread};

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::{get, post};
use health_tower::{Health, HealthLayer, HealthMetrics, ProbeService};
use health_tower::{external_check, readiness_check};
use metrics_exporter_prometheus::PrometheusBuilder;

static UNPLUGGED: AtomicBool = AtomicBool::new(false);

/// In real life, it asks one.
#[readiness_check(every = "1s", fail_after = 1)]
async fn database() -> bool {
    !UNPLUGGED.load(Relaxed)
}

/// In real life, it orders something: see `Synthetic`.
#[external_check(every = "1s", fail_after = 1)]
async fn checkout() -> bool {
    database().await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let mut bind = |default: &str| TcpListener::bind(args.next().unwrap_or(default.into()));
    let (orders, inside) = (bind("127.0.0.1:8080")?, bind("127.0.0.1:9090")?);

    let page = PrometheusBuilder::new().install_recorder()?;
    let health = Health::builder().start()?;
    let layer = HealthLayer::new(&health);

    let metrics = HealthMetrics::new(&health);
    let scrape = move || {
        metrics.record(); // right before it is rendered: then the page is exact
        ready(([(CONTENT_TYPE, "text/plain; version=0.0.4")], page.render()))
    };
    let admin = Router::new().route("/metrics", get(scrape));
    let admin = admin.fallback_service(ProbeService::new(&layer));

    let unplug = || ready(format!("unplugged: {}\n", !UNPLUGGED.fetch_not(Relaxed)));
    let app = Router::new().route("/orders", get(|| ready("none yet\n")));
    let app = app.route("/unplug", post(unplug)).layer(layer);

    let (orders_at, inside_at) = (orders.local_addr()?, inside.local_addr()?);
    println!("  curl -s http://{inside_at}/metrics");
    println!("  curl -i http://{inside_at}/health/ready");
    println!("  curl -X POST http://{orders_at}/unplug   # look at both; and plug it in again");
    println!("  kill {}   # look at both for ten seconds", process::id());

    thread::spawn(|| serve_alone(inside, admin));
    let server = axum::serve(listener(orders)?, app).with_graceful_shutdown(health.closing());
    println!("done: {}", health.run(server).await?);
    Ok(())
}

/// On a runtime of its own, until the process ends.
#[tokio::main(flavor = "current_thread")]
async fn serve_alone(socket: TcpListener, app: Router) -> io::Result<()> {
    axum::serve(listener(socket)?, app).await
}

fn listener(socket: TcpListener) -> io::Result<tokio::net::TcpListener> {
    socket.set_nonblocking(true)?;
    tokio::net::TcpListener::from_std(socket)
}
