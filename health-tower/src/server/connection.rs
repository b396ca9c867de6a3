use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep_until, timeout};
use tower_service::Service as _;

use crate::ProbeService;
use crate::server::gentle::Gentle;

/// From connecting to the first request.
const FIRST: Duration = Duration::from_secs(5);
/// From one request to the next. hyper's own `header_read_timeout` also counts the pause between two requests, and would close on
/// a prober that asks every five seconds just as it asks.
const NEXT: Duration = Duration::from_secs(620);
/// For a polite end: GOAWAY, and an answer that is under way.
const END: Duration = Duration::from_secs(1);

const SMALL: u32 = 16 * 1024;
const STREAMS: u32 = 64;

/// Serves one connection until either side ends it, or nothing was asked for too long.
pub(crate) async fn serve<S>(stream: S, probes: ProbeService)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let patience = Arc::new(Patience::new(Instant::now()));
    let service = service_fn({
        let patience = Arc::clone(&patience);
        move |request: Request<Incoming>| {
            patience.asked(Instant::now());
            probes.clone().call(request)
        }
    });
    let builder = builder();
    let mut connection = pin!(builder.serve_connection(TokioIo::new(Gentle::new(stream)), service));
    loop {
        let end = patience.end();
        tokio::select! {
            _ended = connection.as_mut() => return,
            () = sleep_until(end) => {
                if end == patience.end() {
                    break;
                }
            }
        }
    }
    connection.as_mut().graceful_shutdown();
    let _ended = timeout(END, connection).await;
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        // A client may close its half before it reads, as `nc -N` does; without this, it gets no answer now and then.
        .half_close(true)
        .header_read_timeout(None)
        .max_buf_size(SMALL as usize);
    builder
        .http2()
        .initial_connection_window_size(4 * SMALL)
        .initial_stream_window_size(SMALL)
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(SMALL)
        .max_send_buf_size(SMALL as usize);
    builder
}

/// Until when a connection may stay without asking.
struct Patience(Mutex<Instant>);

impl Patience {
    fn new(connected: Instant) -> Self {
        Self(Mutex::new(connected + FIRST))
    }

    fn asked(&self, now: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now + NEXT;
    }

    fn end(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
