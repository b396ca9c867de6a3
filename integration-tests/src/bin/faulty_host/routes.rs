use std::hint;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use health_tower::HealthLayer;
use tower::limit::GlobalConcurrencyLimitLayer;

/// So many requests at a time are served; the others wait.
pub(crate) const LIMIT: usize = 32;

const SLOW: Duration = Duration::from_millis(50);

/// Two locks that must be taken in the same order by everybody.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    pub(crate) from: Mutex<()>,
    pub(crate) to: Mutex<()>,
}

pub(crate) fn lock(account: &Mutex<()>) -> MutexGuard<'_, ()> {
    account.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An application as it is usually written: a health route by hand among the others, and one limit for all of them.
pub(crate) fn router(layer: HealthLayer, accounts: &Arc<Accounts>, time: Duration) -> Router {
    let accounts = Arc::clone(accounts);
    let transfer = async move || {
        let _from = lock(&accounts.from);
        let _to = lock(&accounts.to);
        "transferred"
    };
    Router::new()
        .route("/plain-health", get(async || "ok"))
        .route("/slow", get(async || tokio::time::sleep(SLOW).await))
        .route("/work", get(async move || work(time)))
        .route("/transfer", get(transfer))
        .layer(GlobalConcurrencyLimitLayer::new(LIMIT))
        .layer(layer)
}

/// Computes for a while, in async code.
fn work(time: Duration) -> &'static str {
    let begun = Instant::now();
    while begun.elapsed() < time {
        hint::spin_loop();
    }
    "worked"
}

/// A request as bytes.
pub(crate) fn request(path: &str, addr: SocketAddr) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: {addr}\r\n\r\n")
}
