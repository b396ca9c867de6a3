//! What a `ProbeServer` logs when it is dropped. In a process of its own: `tracing` remembers, for all threads, that nobody listens.

#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "a test")]

use std::io;
use std::sync::{Arc, Mutex};

use health_tower::{Health, HealthLayer, ProbeServer};
use tracing_subscriber::fmt::MakeWriter;

/// What has been logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn dropping_it_too_early_is_said_and_at_the_end_is_not() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let said = || {
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        text.matches("are no longer answered").count()
    };
    let health = Health::builder().linked(false).start().unwrap();
    let layer = HealthLayer::new(&health);
    let bound = || ProbeServer::new(&layer).bind("127.0.0.1:0").unwrap();
    drop(ProbeServer::new(&layer));
    let _error = bound().bind("9090").unwrap_err();
    assert_eq!(said(), 0, "it never answered, or the error says it");
    let _ = bound();
    assert_eq!(said(), 1);

    let probes = bound();
    health.shutdown();
    health.run(async { io::Result::Ok(()) }).await.unwrap();
    drop(probes);
    assert_eq!(said(), 1);
}
