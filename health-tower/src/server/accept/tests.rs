use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::time::Instant;

use super::{Listener, PAUSE, accept};
use crate::server::connections::Connections;
use crate::{Health, HealthLayer, ProbeService};

const ERRORS: u32 = 50;

/// Fails fifty times, then has one connection, and no more.
struct Exhausted {
    failed: AtomicU32,
    stream: Mutex<Option<DuplexStream>>,
}

impl Listener for Exhausted {
    type Stream = DuplexStream;

    async fn next(&self) -> io::Result<DuplexStream> {
        if self.failed.fetch_add(1, Ordering::Relaxed) < ERRORS {
            return Err(io::Error::other("too many open files"));
        }
        let stream = self.stream.lock().unwrap().take();
        match stream {
            Some(stream) => Ok(stream),
            None => std::future::pending().await,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn errors_cost_a_pause_each_and_end_nothing() {
    let health = Health::builder().linked(false).start().unwrap();
    let probes = ProbeService::new(&HealthLayer::new(&health));
    let (mut client, stream) = duplex(4096);
    let listener = Exhausted {
        failed: AtomicU32::new(0),
        stream: Mutex::new(Some(stream)),
    };
    let begin = Instant::now();
    let connections = Arc::new(Connections::new(probes));
    tokio::spawn(accept(listener, "test".to_owned(), connections));
    let ask = b"GET /health/live HTTP/1.0\r\n\r\n";
    client.write_all(ask).await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("ok"), "{answer}");
    assert!(begin.elapsed() >= PAUSE * ERRORS, "no busy loop");
}
