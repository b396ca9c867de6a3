//! Connections that come while the server has not heard yet that it is to close: one that says nothing holds no drain up, and one that
//! speaks is answered. The drains here would last for hours.

use std::io;
use std::net::SocketAddr;
use std::panic::resume_unwind;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use health_tower::{Accept, DrainReport, HealthLayer, TrackedListener};
use integration_tests::host::listen;
use integration_tests::http2::Http2;
use integration_tests::patience::patiently;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tonic::transport::{Error, Server};

use crate::echo::Echo;
use crate::shutdown::draining;

/// Says when it has accepted one.
struct Announcing(TcpListener, mpsc::UnboundedSender<()>);

impl Accept for Announcing {
    type Io = TcpStream;
    type Addr = SocketAddr;

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        let accepted = ready!(self.0.poll_accept(cx));
        let _over = self.1.send(());
        Poll::Ready(accepted)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

struct Late {
    stream: TcpStream,
    /// Lets the server hear that the service closes.
    tell: oneshot::Sender<()>,
    run: JoinHandle<Result<DrainReport, Error>>,
}

/// A client of tonic's, for HTTP/2 only, that comes while the service closes, and before the server hears of it.
async fn late() -> Late {
    let health = draining(Duration::ZERO, Duration::from_secs(7200));
    let (listener, addr) = listen().await;
    let (accepted, mut accepts) = mpsc::unbounded_channel();
    let (tell, told) = oneshot::channel();
    let server = Server::builder()
        .layer(HealthLayer::new(&health))
        .add_service(Echo::new().0);
    let incoming = TrackedListener::new(&health, Announcing(listener, accepted));
    let server = server.serve_with_incoming_shutdown(incoming, async {
        let _told = told.await;
    });
    let run = tokio::spawn({
        let health = health.clone();
        async move { health.run(server).await }
    });
    health.shutdown();
    patiently("closing", health.closing()).await;
    let stream = TcpStream::connect(addr).await.unwrap();
    patiently("to be accepted", accepts.recv()).await.unwrap();
    Late { stream, tell, run }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_connection_that_comes_late_is_not_waited_for() {
    let Late { stream, tell, run } = late().await;
    tell.send(()).unwrap();
    let report = patiently("the report", run).await.unwrap().unwrap();
    assert!(report.is_clean(), "{report}");
    drop(stream);
}

/// Its first bytes come after it was accepted, as over any network. On a machine that takes longer for them than a second, it may be
/// gone, and is tried again.
#[tokio::test(flavor = "multi_thread")]
async fn who_connects_late_and_speaks_soon_is_answered() {
    loop {
        let began = Instant::now();
        let Late { stream, tell, run } = late().await;
        let asking = async { Http2::over(stream).await.text("/health/live").await };
        let answer = tokio::spawn(asking).await;
        tell.send(()).unwrap();
        let report = patiently("the report", run).await.unwrap().unwrap();
        assert!(report.is_clean(), "{report}");
        match answer {
            Ok(answer) => return assert_eq!(answer, (200, "ok".to_owned())),
            Err(_) if began.elapsed() >= Duration::from_secs(1) => {}
            Err(gone) => resume_unwind(gone.into_panic()),
        }
    }
}
