use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use health_tower::Check;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// What the service needs, and may be down: a port that accepts, and one that refuses.
#[derive(Clone, Debug)]
pub(crate) struct Dependency(Arc<Ports>);

#[derive(Debug)]
struct Ports {
    down: AtomicBool,
    accepts: TcpListener,
    refuses: TcpSocket,
}

impl Dependency {
    pub(crate) async fn new() -> io::Result<Self> {
        let accepts = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        // Bound, so that nobody else gets the port; but nobody listens.
        let refuses = TcpSocket::new_v4()?;
        refuses.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let down = AtomicBool::new(false);
        let ports = Arc::new(Ports {
            down,
            accepts,
            refuses,
        });
        let server = Arc::clone(&ports);
        tokio::spawn(async move { while server.accepts.accept().await.is_ok() {} });
        Ok(Self(ports))
    }

    pub(crate) fn set_down(&self, down: bool) {
        self.0.down.store(down, Ordering::Relaxed);
    }

    /// Ready while it can be reached.
    pub(crate) fn check(&self) -> Check {
        let dependency = self.clone();
        let check = Check::readiness("dependency", move || {
            let addr = dependency.addr();
            async move { TcpStream::connect(addr?).await.map(drop) }
        });
        let often = Duration::from_millis(200);
        check.every(often).backoff(often)
    }

    fn addr(&self) -> io::Result<SocketAddr> {
        match self.0.down.load(Ordering::Relaxed) {
            true => self.0.refuses.local_addr(),
            false => self.0.accepts.local_addr(),
        }
    }
}
