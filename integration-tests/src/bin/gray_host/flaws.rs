use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tonic::Status;

use crate::grpc::is_grpc;

/// Bugs of the application itself, which no check sees. Each is a number that handlers look at: nothing depends on their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flaws(Arc<Numbers>);

#[derive(Debug, Default)]
struct Numbers {
    /// Of a hundred requests, so many fail.
    everywhere: AtomicU32,
    /// The same of those that read one order.
    reading: AtomicU32,
    /// Answers take so many times as long; 0 is as it should be.
    slower: AtomicU32,
    wrong: AtomicBool,
}

impl Flaws {
    pub(crate) fn fail_everywhere(&self, percent: u32) {
        self.0.everywhere.store(percent, Ordering::Relaxed);
    }

    pub(crate) fn fail_reading(&self, percent: u32) {
        self.0.reading.store(percent, Ordering::Relaxed);
    }

    pub(crate) fn slow_down(&self, times: u32) {
        self.0.slower.store(times, Ordering::Relaxed);
    }

    pub(crate) fn be_wrong(&self, wrong: bool) {
        self.0.wrong.store(wrong, Ordering::Relaxed);
    }

    /// What comes of an order on its way to whoever asked.
    pub(crate) fn through(&self, item: String) -> String {
        match self.0.wrong.load(Ordering::Relaxed) {
            true => item.chars().rev().collect(),
            false => item,
        }
    }

    fn fails(&self, path: &str) -> bool {
        let percent = match path.starts_with("/order/") {
            true => self.0.reading.load(Ordering::Relaxed),
            false => 0,
        };
        let percent = percent.max(self.0.everywhere.load(Ordering::Relaxed));
        fastrand::u32(0..100) < percent
    }
}

/// Between the application's handlers and all that protects them.
pub(crate) async fn between(State(flaws): State<Flaws>, request: Request, next: Next) -> Response {
    if flaws.fails(request.uri().path()) {
        return match is_grpc(request.headers()) {
            true => Status::internal("a bug").into_http(),
            false => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        };
    }
    let begun = Instant::now();
    let response = next.run(request).await;
    let slower = flaws.0.slower.load(Ordering::Relaxed);
    if slower > 1 {
        tokio::time::sleep(begun.elapsed() * (slower - 1)).await;
    }
    response
}
