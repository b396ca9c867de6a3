use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tokio::time::sleep;

/// What a store takes for an answer. Next to nothing would be lost in the noise of a machine that several services share.
const TAKES: Duration = Duration::from_millis(8);

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
        sleep(TAKES).await;
        lines.get_mut().write_all(answer.as_bytes()).await?;
    }
    Ok(())
}
