use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::{fmt, io};

use futures_core::Stream;

use crate::listener::persistent::Persistent;
use crate::listener::tracked::Hooks;
use crate::listener::{Accept, Tracked};
use crate::{Closing, Connections, Health};

/// A listener whose connections a drain waits for, until they are closed, and which it ends at its deadline.
///
/// A [`HealthLayer`](crate::HealthLayer) sees requests, and ends those that are left at the deadline. What it can't see is what this is
/// for:
///
/// - **upgraded connections**: WebSocket, CONNECT. The request is over when they begin. (Without this, let the handler
///   [hold](Health::hold) them.)
/// - **clients that don't read.** Their response is over for the application, or waits for them, and only the connection can be ended.
/// - **clients that never finish** their head or their upload, or never send anything.
///
/// ```no_run
/// # #[cfg(feature = "axum")] async fn serve() -> Result<(), Box<dyn std::error::Error>> {
/// use axum::Router;
/// use health_tower::{Health, HealthLayer, TrackedListener};
///
/// let health = Health::builder().start()?;
/// let app: Router = Router::new().layer(HealthLayer::new(&health));
/// let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await?;
/// let listener = TrackedListener::new(&health, listener);
/// let server = axum::serve(listener, app).with_graceful_shutdown(health.closing());
/// health.run(server).await?;
/// # Ok(()) }
/// ```
///
/// # Where it fits
///
/// - `axum::serve`, with the feature `axum`. For `ConnectInfo<SocketAddr>`, and for `TCP_NODELAY`, go through axum's
///   `ListenerExt`: `TrackedListener::new(…).tap_io(|io| drop(io.get_ref().set_nodelay(true)))`.
/// - tonic's `serve_with_incoming_shutdown`, with the feature `tonic`: this is a [`Stream`] of connections, which never ends, and
///   never yields an error. tonic sets no `TCP_NODELAY` on what comes in like that: set it in `map_ok` of a `StreamExt`.
/// - a loop of your own, with [`accept`](Self::accept).
///
/// # What happens when
///
/// 1. *Closing.* The server stops accepting and closes what is idle, as it does without this: axum, and hyper where it speaks HTTP/1
///    as well, also close what has not said anything yet. tonic, and hyper's HTTP/2, would wait for that; here, it reads as closed a tenth
///    of a second later, or a second after it was accepted if that is more, unless it says something until then. One in the middle of its
///    first head is waited for.
/// 2. Until the deadline, each is waited for.
/// 3. *The deadline.* How many are open is in [`DrainReport::connections`](crate::DrainReport::connections), and makes it unclean; where
///    they come from is in [`DrainReport::open_connections`](crate::DrainReport::open_connections).
///    Requests are ended first, and have half a second to say so to their clients.
/// 4. Then connections are ended: see [`Tracked`]. TCP connections are reset, so that no client takes a part for the whole; what
///    the system had not sent yet is lost. Unix sockets are closed.
///
/// A second signal goes to the third step at once. Without a drain that gives up, it never ends a connection.
///
/// # Cost
///
/// One allocation, two locks and two looks at the clock for each connection; one look at a flag for each read and write, and a lock that no
/// other connection shares where one has to wait.
pub struct TrackedListener<L> {
    listener: L,
    connections: Connections,
    /// Never polled; boxed so that the listener can be moved.
    closing: Pin<Box<Closing>>,
    persistent: Persistent,
}

impl<L: Accept> TrackedListener<L> {
    /// Wraps tokio's `TcpListener` or `UnixListener`, or [what you accept from](Accept).
    pub fn new(health: &Health, listener: L) -> Self {
        Self {
            listener,
            connections: health.connections(),
            closing: Box::pin(health.closing()),
            persistent: Persistent::default(),
        }
    }

    /// Waits for the next connection, and where it comes from. Cancel safe.
    ///
    /// # Errors
    ///
    /// The listener's. They pass: go on, but not at once, or a process without file descriptors spins.
    ///
    /// ```no_run
    /// # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    /// use health_tower::{Health, TrackedListener};
    ///
    /// let health = Health::builder().start()?;
    /// let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await?;
    /// let mut listener = TrackedListener::new(&health, listener);
    /// let closing = health.closing();
    /// let server = async move {
    ///     let mut closing = std::pin::pin!(closing);
    ///     loop {
    ///         tokio::select! {
    ///             accepted = listener.accept() => match accepted {
    ///                 // Serve `io`, and call the connection's `graceful_shutdown()` on `health.closing()`: nobody else closes
    ///                 // those that are idle, and the drain would wait for them until its deadline.
    ///                 Ok((io, _)) => drop(tokio::spawn(async move { drop(io) })),
    ///                 Err(_) => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
    ///             },
    ///             () = &mut closing => return Ok::<_, std::io::Error>(()),
    ///         }
    ///     }
    /// };
    /// health.run(server).await?; // waits for the connections
    /// # Ok(()) }
    /// ```
    pub async fn accept(&mut self) -> io::Result<(Tracked<L::Io>, L::Addr)> {
        let (io, addr) = poll_fn(|cx| self.listener.poll_accept(cx)).await?;
        Ok((self.track(io, &addr), addr))
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// The system's.
    pub fn local_addr(&self) -> io::Result<L::Addr> {
        self.listener.local_addr()
    }

    /// The listener inside.
    pub fn get_ref(&self) -> &L {
        &self.listener
    }

    pub(crate) fn poll_persistently(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<(Tracked<L::Io>, L::Addr)> {
        let accept = |cx: &mut Context<'_>| self.listener.poll_accept(cx);
        let (io, addr) = ready!(self.persistent.poll(cx, accept));
        Poll::Ready((self.track(io, &addr), addr))
    }

    fn track(&self, io: L::Io, addr: &L::Addr) -> Tracked<L::Io> {
        let connection = match L::peer(addr) {
            Some(peer) => self.connections.open_from(peer),
            None => self.connections.open(),
        };
        // Looked at once it is open: whoever tells the open ones that the service closes has said so here first.
        let is_late = self.closing.is_closing();
        let hooks = Hooks {
            cut_off: L::cut_off,
            has_come: L::has_come,
        };
        Tracked::new(io, connection, is_late, hooks)
    }
}

impl<L: Accept + Unpin> Stream for TrackedListener<L> {
    type Item = io::Result<Tracked<L::Io>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_persistently(cx).map(|(io, _)| Some(Ok(io)))
    }
}

impl<L: fmt::Debug> fmt::Debug for TrackedListener<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrackedListener")
            .field("listener", &self.listener)
            .field("connections", &self.connections)
            .finish_non_exhaustive()
    }
}
