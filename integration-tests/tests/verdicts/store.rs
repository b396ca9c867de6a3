use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// Answers each line with itself and a number. It goes when it is dropped.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) addr: SocketAddr,
    task: AbortHandle,
}

impl Store {
    pub(crate) async fn open() -> Self {
        let (listener, addr) = integration_tests::host::listen().await;
        let task = tokio::spawn(serve(listener)).abort_handle();
        Self { addr, task }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(answer(stream));
    }
}

async fn answer(stream: TcpStream) -> io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    while let Some(line) = lines.next_line().await? {
        let answer = format!("{line} 7\n");
        lines.get_mut().write_all(answer.as_bytes()).await?;
    }
    Ok(())
}
