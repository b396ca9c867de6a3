use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(1);

/// A store that answers a line with a line: the test runs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Store(pub(crate) SocketAddr);

impl Store {
    pub(crate) async fn ping(self) -> io::Result<()> {
        self.ask("ping").await.map(drop)
    }

    /// How many there are of it.
    pub(crate) async fn stock(self, id: i64) -> io::Result<String> {
        timeout(PATIENCE, self.ask(&id.to_string())).await?
    }

    async fn ask(self, what: &str) -> io::Result<String> {
        let mut stream = BufReader::new(TcpStream::connect(self.0).await?);
        let line = format!("{what}\n");
        stream.get_mut().write_all(line.as_bytes()).await?;
        let mut answer = String::new();
        match stream.read_line(&mut answer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(answer),
        }
    }
}
