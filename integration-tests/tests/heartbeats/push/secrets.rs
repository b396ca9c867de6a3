//! Nothing of a URL, a header or an answer is in any event, of whatever level, of whichever crate.

use std::io;
use std::sync::{Arc, Mutex};

use health_tower::heartbeat::Push;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::push::server::{GOOD, Mode, Server};
use crate::push::stage::{SECRET, Stage, url};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
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

/// The heart has a thread of its own: only a subscriber for the whole process hears it. It hears the other tests, too.
#[tokio::test(flavor = "multi_thread")]
async fn no_event_tells_a_secret() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE);
    let subscriber = subscriber.with_writer(log.clone()).finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    for fault in [
        Mode::Closes,
        Mode::Hangs,
        Mode::Says("HTTP/1.1 PATH\r\n\r\n"),
        Mode::Says("HTTP/1.1 404 PATH\r\nx: PATH\r\ncontent-length: 4\r\n\r\nPATH"),
        Mode::Says("HTTP/1.1 301 PATH\r\nlocation: PATH\r\ncontent-length: 0\r\n\r\n"),
        Mode::Says("HTTP/1.1 429 PATH\r\nretry-after: PATH\r\ncontent-length: 0\r\n\r\n"),
    ] {
        let server = Server::start(fault.clone());
        let stage = Stage::push(Push::healthchecks(url("http", server.addr)));
        let place = server.addr.to_string();
        stage.shows(&place, &place).await;
        server.turn(GOOD);
        stage.recovers().await;
    }
    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(
        log.contains("heartbeat") && log.contains("127.0.0.1:"),
        "it has heard of them"
    );
    let told = log.lines().find(|line| line.contains(SECRET));
    assert_eq!(told, None);
}
