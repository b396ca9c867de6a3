use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use crate::routes::request;

/// So many clients, each of which asks again as soon as it has its answer; half of them for what takes time, half for what takes
/// a processor.
pub(crate) fn run(addr: SocketAddr, clients: usize) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut all = JoinSet::new();
        for number in 0..clients {
            let path = if number % 2 == 0 { "/slow" } else { "/work" };
            all.spawn(client(addr, path));
        }
        while let Some(ended) = all.join_next().await {
            ended.map_err(io::Error::other)??;
        }
        Ok(())
    })
}

async fn client(addr: SocketAddr, path: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(addr).await?;
    let request = request(path, addr);
    let mut answer = [0; 1024];
    loop {
        stream.write_all(request.as_bytes()).await?;
        // Answers are small, and come in one piece.
        if stream.read(&mut answer).await? == 0 {
            return Ok(());
        }
    }
}
