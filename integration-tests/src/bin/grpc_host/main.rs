//! A gRPC service whose health tests look at from outside, as ours answers it and as `tonic-health` does.
//!
//! `grpc_host SERVER [OPTION…]` prints the address it listens on, and obeys the lines of its standard input: [`commands`]. It ends
//! when that does, so that it never outlives the test that started it.
//!
//! | server | |
//! |---|---|
//! | `tonic`, `axum`, `hyper` | the layer, under that server |
//! | `probes` | a `ProbeServer`, and no application |
//! | `tonic-health` | `tonic-health`'s own service, under tonic |
//!
//! Options are those of [`Settings`].

mod commands;
mod controls;
mod echo;
mod face;
mod ours;
mod serve;
mod settings;
mod theirs;

use std::env;

use health_tower::BoxError;
use tokio::net::TcpListener;

use crate::echo::Echo;
use crate::settings::Settings;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), BoxError> {
    let settings = Settings::parse(env::args().skip(1))?;
    let echo = Echo::new();
    // Bound late: a client that gets through meets a service that has been looked at.
    let listen = async || {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        Ok::<_, BoxError>(listener)
    };
    if settings.server == "tonic-health" {
        let theirs = theirs::Theirs::start(&settings, &echo, listen().await?).await;
        return commands::obey(theirs, echo).await;
    }
    let ours = ours::Ours::new(&settings)?;
    if !settings.held {
        ours.looked_at().await;
    }
    let ours = match settings.server.as_str() {
        "probes" => ours.serve_probes()?,
        _ => ours.serve(settings, echo.clone(), listen().await?),
    };
    commands::obey(ours, echo).await
}
