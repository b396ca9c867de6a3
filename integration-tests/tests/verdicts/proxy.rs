use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use crate::fault::SLOW;

/// How what is behind it looks from in front.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Condition {
    #[default]
    Fine,
    /// Each answer takes longer.
    Slow,
    /// Connections break off.
    Broken,
}

/// Stands before a TCP service, which may become slow, break, or be exchanged for another.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) port: u16,
    condition: watch::Sender<Condition>,
    to: watch::Sender<SocketAddr>,
    task: AbortHandle,
}

impl Proxy {
    pub(crate) async fn before(to: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let condition = watch::Sender::new(Condition::default());
        let to = watch::Sender::new(to);
        let (conditions, target) = (condition.subscribe(), to.subscribe());
        let task = tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let (to, conditions) = (*target.borrow(), conditions.clone());
                tokio::spawn(async move {
                    let mut breaks = conditions.clone();
                    tokio::select! {
                        _broken = breaks.wait_for(|now| *now == Condition::Broken) => {}
                        _ended = between(client, to, conditions) => {}
                    }
                });
            }
        });
        Self {
            port,
            condition,
            to,
            task: task.abort_handle(),
        }
    }

    pub(crate) fn set(&self, condition: Condition) {
        self.condition.send_replace(condition);
    }

    /// Connections that come from now on lead there.
    pub(crate) fn lead_to(&self, to: SocketAddr) {
        self.to.send_replace(to);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn between(
    client: TcpStream,
    to: SocketAddr,
    conditions: watch::Receiver<Condition>,
) -> io::Result<()> {
    let server = TcpStream::connect(to).await?;
    // Small pieces in both directions must not wait for each other.
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let never = Duration::ZERO;
    let answers = move || match *conditions.borrow() {
        Condition::Slow => SLOW,
        Condition::Fine | Condition::Broken => never,
    };
    let asked = pass(from_client, to_server, || never);
    let answered = pass(from_server, to_client, answers);
    tokio::try_join!(asked, answered).map(drop)
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    delay: impl Fn() -> Duration,
) -> io::Result<()> {
    let mut piece = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut piece).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        sleep(delay()).await;
        to.write_all(&piece[..read]).await?;
    }
}
