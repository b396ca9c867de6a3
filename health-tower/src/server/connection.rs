use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep_until, timeout};
use tower_service::Service as _;

use crate::ProbeService;
use crate::server::gentle::Gentle;
use crate::server::patience::Patience;

/// From connecting to the first request.
const FIRST: Duration = Duration::from_secs(5);
/// From one request to the next. hyper's own `header_read_timeout` also counts the pause between two requests, and would close on
/// a prober that asks every five seconds just as it asks.
const NEXT: Duration = Duration::from_secs(620);
/// How often a client of HTTP/2 is pinged, and how long it may take to answer: an open Watch of one that has vanished is not for ever.
const PING: Duration = Duration::from_secs(30);
/// For a polite end: GOAWAY, and an answer that is under way.
const END: Duration = Duration::from_secs(1);

const SMALL: u32 = 16 * 1024;
const STREAMS: u32 = 64;

/// Serves one connection until either side ends it, or nothing was asked for too long.
pub(crate) async fn serve<S>(stream: S, probes: ProbeService)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let patience = Arc::new(Patience::new(Instant::now() + FIRST, NEXT));
    let service = service_fn({
        let patience = Arc::clone(&patience);
        move |request: Request<Incoming>| {
            let open = Patience::asked(&patience);
            let answer = probes.clone().call(request);
            async move { answer.await.map(|answer| open.until_the_end_of(answer)) }
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
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .initial_connection_window_size(4 * SMALL)
        .initial_stream_window_size(SMALL)
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(SMALL)
        .max_send_buf_size(SMALL as usize);
    builder
}

#[cfg(test)]
mod tests;
