use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

/// For a way on which nothing comes through, in either direction.
pub(super) const HANGS: u64 = u64::MAX;

/// A way to a server on which answers are slow. It is gone when this is dropped.
pub(super) struct Slow {
    pub(super) by_ms: Arc<AtomicU64>,
    /// How many have come this way.
    pub(super) came: Arc<AtomicU64>,
    addr: SocketAddr,
    taking: JoinHandle<()>,
}

impl Slow {
    pub(super) async fn before(url: &str) -> Self {
        let server = url.split_once("://").unwrap().1.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let by_ms = Arc::new(AtomicU64::new(0));
        let came = Arc::new(AtomicU64::new(0));
        let (delay, coming) = (Arc::clone(&by_ms), Arc::clone(&came));
        let taking = tokio::spawn(async move {
            let mut ways = tokio::task::JoinSet::new();
            loop {
                let (client, _) = listener.accept().await.unwrap();
                coming.fetch_add(1, Ordering::Relaxed);
                let server = TcpStream::connect(&server).await.unwrap();
                ways.spawn(pass(client, server, Arc::clone(&delay)));
            }
        });
        Self {
            by_ms,
            came,
            addr,
            taking,
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.addr)
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        self.taking.abort();
    }
}

async fn pass(client: TcpStream, server: TcpStream, by_ms: Arc<AtomicU64>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let hangs = || by_ms.load(Ordering::Relaxed) == HANGS;
    let up = async {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
            if !hangs() && to_server.write_all(&buffer[..length]).await.is_err() {
                return;
            }
        }
    };
    let (read, mut passed) = mpsc::unbounded_channel();
    let down = async {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from_server.read(&mut buffer).await {
            if hangs() {
                continue;
            }
            let delay = by_ms.load(Ordering::Relaxed);
            let due = Instant::now() + Duration::from_millis(delay);
            // As long as the way stands, somebody reads it.
            let _taken = read.send((due, buffer[..length].to_vec()));
        }
    };
    let out = async {
        while let Some((due, bytes)) = passed.recv().await {
            sleep_until(due).await;
            if to_client.write_all(&bytes).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = up => {}
        () = down => {}
        () = out => {}
    }
}
