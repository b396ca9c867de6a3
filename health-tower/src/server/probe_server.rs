use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::{fmt, io};

use crate::server::accept::{Listener, accept};
use crate::server::bind;
use crate::server::connections::Connections;
use crate::server::thread::ServerThread;
use crate::{Health, HealthLayer, Phase, ProbeService};

/// The probes of a [`HealthLayer`] on sockets, a thread and a runtime of their own: what [`ProbeService`] answers, and 404 to
/// everything else.
///
/// - **A saturated application is not killed for being busy.** When no worker of its runtime has a moment, the kubelet still gets
///   its answer in time. (Results of checks, which run on the application's runtime, go stale: that is readiness.)
/// - **A service that demands client certificates can be probed.** The kubelet has none, and asks here without TLS.
/// - It answers through the whole drain, [`Phase::Closed`] included, and closes last: when it is dropped.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::io::{Read as _, Write as _};
///
/// use health_tower::{Health, HealthLayer, ProbeServer};
///
/// let health = Health::builder().start()?;
/// let layer = HealthLayer::new(&health);
/// let probes = ProbeServer::new(&layer).bind("127.0.0.1:0")?; // in production "0.0.0.0:9090"
///
/// // This blocks the only thread of the application's runtime, and is answered.
/// let mut prober = std::net::TcpStream::connect(probes.local_addrs()[0])?;
/// prober.write_all(b"GET /health/live HTTP/1.0\r\n\r\n")?;
/// let mut answer = String::new();
/// prober.read_to_string(&mut answer)?;
/// assert!(answer.starts_with("HTTP/1.0 200 OK") && answer.ends_with("ok"));
///
/// // health.run(server).await?;
/// health.shutdown(); // in this example, there is no server to run
/// # health.run(async { Ok::<_, std::io::Error>(()) }).await?;
/// drop(probes); // last of all; the end of `main` does it as well
/// # Ok(()) }
/// ```
///
/// # Keep it
///
/// Dropping it closes the ports and all connections, before `drop` returns. Give it a name and keep it until the process ends:
/// `let _ = ProbeServer::…` drops at once. If that happens before the service is closed, a warning says so. (`drop` gives up waiting
/// after 2 s, which only a closure for `details` that blocks can bring about.)
///
/// # Kubernetes
///
/// ```yaml
/// startupProbe:   { httpGet: { path: /health/startup, port: 9090 }, periodSeconds: 1, failureThreshold: 60 }
/// livenessProbe:  { httpGet: { path: /health/live, port: 9090 }, periodSeconds: 10 }
/// readinessProbe: { httpGet: { path: /health/ready, port: 9090 }, periodSeconds: 5, failureThreshold: 1 }
/// ```
///
/// What it answers says nothing about the application's own port: a listener that died there isn't noticed here. Where the
/// application's port can be probed, let readiness ask that one.
///
/// The port is for the pod's network: leave it out of `Service` and `Ingress`, and don't publish it. It has neither TLS nor
/// authentication; what it says is two words, unless `details` lets somebody see more.
///
/// # Limits
///
/// It is made to be reached by those who probe, and to stay reachable when others connect too.
///
/// | limit | why |
/// |---|---|
/// | 256 connections; one more closes the one that has been open for longest | whoever comes last is probably the kubelet, which connects for each probe; idle connections can't make liveness fail |
/// | 5 s from connecting to the first request | half a head is not a probe |
/// | 620 s from one request to the next on a connection | longer than probers wait between two, and than load balancers keep connections (Google's 600 s); the silently gone don't stay |
/// | 4 KiB of a connection are read before the others have their turn | a flood of small frames takes the thread from nobody for long |
/// | 16 KiB for the head of a request, 64 HTTP/2 streams on a connection | a probe is small |
///
/// It speaks HTTP/1 and HTTP/2 with prior knowledge (h2c), and finds out which. Its requests never count as in flight.
#[must_use = "dropping it closes its ports: keep it until the process ends"]
pub struct ProbeServer {
    health: Health,
    bound: bind::Bound,
    thread: Option<ServerThread>,
    connections: Arc<Connections>,
}

impl ProbeServer {
    /// A server for the probes of this layer. It answers nowhere until it is bound.
    pub fn new(layer: &HealthLayer) -> Self {
        Self {
            health: layer.health().clone(),
            bound: bind::Bound::default(),
            thread: None,
            connections: Arc::new(Connections::new(ProbeService::new(layer))),
        }
    }

    /// Binds an address, and answers there from now on. Can be called several times, in and outside a tokio runtime.
    ///
    /// Of a name with several addresses, the first that can be bound is, as by [`std::net::TcpListener::bind`].
    ///
    /// `[::]` is all addresses of the machine, IPv4 too, on every system that can. If an IPv4 address was bound on the same port
    /// before, IPv4 stays with that one, so `0.0.0.0` and `[::]` can be bound side by side. After `[::]`, an IPv4 address adds
    /// nothing on its port, and is no error.
    ///
    /// # Errors
    ///
    /// The address can't be bound (or resolved), or the first call couldn't start the thread. The message names the address and
    /// what to do; the kind is the system's. What was bound before is closed.
    pub fn bind(mut self, addr: impl ToSocketAddrs) -> io::Result<Self> {
        let bound = match bind::tcp(addr, &self.bound) {
            Ok((addr, Some(listener))) => {
                let listener = || tokio::net::TcpListener::from_std(listener);
                self.answer(addr.to_string(), listener).map(|()| addr)
            }
            Ok((addr, None)) => Ok(addr),
            Err(error) => Err(error),
        };
        match bound {
            Ok(addr) => {
                self.bound.addrs.push(addr);
                Ok(self)
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Binds a Unix socket, and answers there from now on: for exec probes, which then need no port.
    ///
    /// The file of a process that crashed is replaced, if it is a socket and nobody answers on it. It is removed when the server
    /// is dropped. Its permissions are those that the umask leaves; whoever may write to it may probe.
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind); where somebody answers, or the file is not a socket, the kind is `AddrInUse`.
    #[cfg(unix)]
    pub fn bind_unix(mut self, path: impl AsRef<std::path::Path>) -> io::Result<Self> {
        let bound = crate::server::unix::bind(path.as_ref()).and_then(|(listener, file)| {
            self.bound.files.push(file);
            let name = path.as_ref().display().to_string();
            self.answer(name, || tokio::net::UnixListener::from_std(listener))
        });
        match bound {
            Ok(()) => Ok(self),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// The TCP addresses, in the order of binding, each with the port that it got.
    #[must_use]
    pub fn local_addrs(&self) -> &[SocketAddr] {
        &self.bound.addrs
    }

    /// Accepts on the thread, which is started with the first listener.
    fn answer<L: Listener>(
        &mut self,
        name: String,
        listener: impl FnOnce() -> io::Result<L>,
    ) -> io::Result<()> {
        let thread = match self.thread.take() {
            Some(thread) => thread,
            None => ServerThread::start()?,
        };
        let thread = self.thread.insert(thread);
        let _context = thread.enter();
        thread.spawn(accept(listener()?, name, Arc::clone(&self.connections)));
        Ok(())
    }

    /// Closes what was bound; that nobody is answered any more is what the error says already.
    fn failed(mut self, error: io::Error) -> io::Error {
        self.bound = bind::Bound::default();
        error
    }
}

impl Drop for ProbeServer {
    fn drop(&mut self) {
        let phase = self.health.snapshot().phase();
        if phase != Phase::Closed && !self.bound.is_empty() {
            tracing::warn!(
                target: "health",
                bound = %self.bound,
                "probes on {} are no longer answered, and the service is still {phase}: keep the `ProbeServer` until \
                 `Health::run` has returned (`let _ =` drops at once)",
                self.bound,
            );
        }
    }
}

impl fmt::Debug for ProbeServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProbeServer")
            .field("bound", &format_args!("{}", self.bound))
            .finish_non_exhaustive()
    }
}
