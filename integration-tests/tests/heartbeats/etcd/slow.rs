use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A way to a server on which answers are slow. It is gone when this is dropped.
pub(super) struct Slow {
    pub(super) by_ms: Arc<AtomicU64>,
    addr: SocketAddr,
    taking: JoinHandle<()>,
}

impl Slow {
    pub(super) async fn before(url: &str) -> Self {
        let server = url.split_once("://").unwrap().1.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let by_ms = Arc::new(AtomicU64::new(0));
        let delay = Arc::clone(&by_ms);
        let taking = tokio::spawn(async move {
            let mut ways = tokio::task::JoinSet::new();
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let server = TcpStream::connect(&server).await.unwrap();
                ways.spawn(pass(client, server, Arc::clone(&delay)));
            }
        });
        Self {
            by_ms,
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
    let up = async {
        let _ended = copy(&mut from_client, &mut to_server).await;
    };
    let down = async {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match from_server.read(&mut buffer).await {
                Ok(1..) if by_ms.load(Ordering::Relaxed) == u64::MAX => {}
                Ok(read @ 1..) => {
                    let delay = by_ms.load(Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(delay)).await;
                    if to_client.write_all(&buffer[..read]).await.is_err() {
                        return;
                    }
                }
                _ => return,
            }
        }
    };
    tokio::select! {
        () = up => {}
        () = down => {}
    }
}
