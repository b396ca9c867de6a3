//! One instance of a service that is restarted again and again behind a load balancer.
//!
//! Takes the address, the server (`axum`, `tonic`), and how it ends on SIGTERM: `abrupt`, as any process does; `own`, by the
//! server's own graceful shutdown; `health LAME_DUCK DEADLINE`, in milliseconds, by `Health::run`. It serves the same over
//! HTTP/1, HTTP/2 and gRPC on one port, and on axum also WebSocket. Prints its address, and at the end how the drain went. It ends
//! with its standard input, so that nothing is left if the test is killed.

mod arguments;
mod ending;
mod grpc;
mod routes;
mod server;
mod sockets;

use std::error::Error;
use std::{io, process, thread};

use tokio::net::TcpListener;

use crate::arguments::Arguments;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    thread::spawn(|| {
        let _read = io::copy(&mut io::stdin(), &mut io::sink());
        process::exit(1);
    });
    let Arguments {
        addr,
        server,
        ending,
    } = Arguments::from_env()?;
    let listener = TcpListener::bind(addr).await?;
    println!("{}", listener.local_addr()?);
    ending.serve(server, listener, routes::routes()).await
}
