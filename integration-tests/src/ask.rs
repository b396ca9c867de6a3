//! Probes, asked as the kubelet does.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The kubelet's default.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);

/// Asks on a connection of its own. `None` is no answer in time.
pub async fn ask(addr: SocketAddr, path: &str) -> Option<u16> {
    status(&read(addr, path).await?)
}

/// The same, for the whole answer, with its head.
pub async fn read(addr: SocketAddr, path: &str) -> Option<String> {
    timeout(PROBE_TIMEOUT, exchange(addr, path))
        .await
        .ok()?
        .ok()
}

async fn exchange(addr: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(addr).await?;
    let request = format!("GET {path} HTTP/1.0\r\nhost: test\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

/// The status of an answer that was read whole.
#[must_use]
pub fn status(answer: &str) -> Option<u16> {
    answer.split(' ').nth(1)?.parse().ok()
}
