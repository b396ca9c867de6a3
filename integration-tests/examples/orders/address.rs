//! Where to listen.

use anyhow::{Context as _, bail};
use tokio::net::TcpListener;

const DEFAULT: &str = "127.0.0.1:8080";

/// Listens on `--addr HOST:PORT`, else `ORDERS_ADDR`, else the default.
pub(crate) async fn bind() -> anyhow::Result<TcpListener> {
    let address = choose(std::env::args().skip(1))?;
    TcpListener::bind(&address).await.with_context(|| {
        format!(
            "can't listen on {address}; choose another address with `--addr HOST:PORT` or ORDERS_ADDR (port 0 takes a free one)"
        )
    })
}

fn choose(mut args: impl Iterator<Item = String>) -> anyhow::Result<String> {
    let given = match (args.next().as_deref(), args.next(), args.next()) {
        (None, ..) => std::env::var("ORDERS_ADDR").ok(),
        (Some("--addr"), Some(address), None) => Some(address),
        _ => bail!(
            "usage: orders [--addr HOST:PORT]    (or ORDERS_ADDR=HOST:PORT; {DEFAULT} by default)"
        ),
    };
    Ok(given.unwrap_or_else(|| DEFAULT.to_owned()))
}
