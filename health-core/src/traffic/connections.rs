use std::fmt;
use std::iter::once;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use slab::Slab;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::traffic::line::Line;
use crate::traffic::stripe::{Stripe, idle};
use crate::traffic::{Half, Unfinished};

/// The connections that are open, for faces that accept them. A cheap clone, from
/// [`Health::connections`](crate::Health::connections).
///
/// They are counted beside what is in [flight](crate::InFlight), not with it: a connection carries none, one or many requests.
#[derive(Clone)]
pub struct Connections(Arc<Open>);

/// One stripe and one lock are enough: both are touched when a connection comes and when it goes, and not in between.
struct Open {
    stripe: Stripe,
    idle: Notify,
    lines: Mutex<Lines>,
}

struct Lines {
    open: Slab<Opened>,
    /// What comes after the end has ended.
    ended: bool,
}

struct Opened {
    line: Arc<Line>,
    peer: Option<SocketAddr>,
    since: Instant,
}

impl Connections {
    pub(crate) fn new() -> Self {
        let lines = Lines {
            open: Slab::new(),
            ended: false,
        };
        Self(Arc::new(Open {
            stripe: Stripe::new(),
            idle: Notify::new(),
            lines: Mutex::new(lines),
        }))
    }

    /// Counts one more until the returned value is dropped.
    pub fn open(&self) -> Connection {
        self.open_with(None)
    }

    /// The same, and the report of a drain says where it comes from.
    pub fn open_from(&self, peer: SocketAddr) -> Connection {
        self.open_with(Some(peer))
    }

    fn open_with(&self, peer: Option<SocketAddr>) -> Connection {
        let of = Arc::clone(&self.0);
        of.stripe.enter();
        let mut lines = of.lines();
        let line = Arc::new(Line::new(lines.ended));
        let at = lines.open.insert(Opened {
            line: Arc::clone(&line),
            peer,
            since: Instant::now(),
        });
        drop(lines);
        Connection { line, at, of }
    }

    /// How many are open now.
    #[must_use]
    pub fn count(&self) -> usize {
        usize::try_from(self.0.stripe.count()).unwrap_or(usize::MAX)
    }

    /// Those that are open hear that the service is closing.
    pub(crate) fn close(&self) {
        self.lines_open(|_| {}).iter().for_each(|line| line.close());
    }

    /// From now on, those that are open are to end, and are woken to do so; and those that come.
    pub(crate) fn end(&self) {
        let open = self.lines_open(|lines| lines.ended = true);
        open.iter().for_each(|line| line.end());
    }

    fn lines_open(&self, first: impl FnOnce(&mut Lines)) -> Vec<Arc<Line>> {
        let mut lines = self.0.lines();
        first(&mut lines);
        lines
            .open
            .iter()
            .map(|(_, opened)| Arc::clone(&opened.line))
            .collect()
    }

    /// What is open, by name; the oldest first, no more than `most`.
    pub(crate) fn unfinished(&self, most: usize) -> Vec<Unfinished> {
        let now = Instant::now();
        let lines = self.0.lines();
        let mut all: Vec<_> = lines.open.iter().map(|(_, opened)| opened).collect();
        all.sort_by_key(|opened| opened.since);
        all.truncate(most);
        all.into_iter().map(|opened| opened.named(now)).collect()
    }

    /// Waits until there was a moment without any.
    pub(crate) async fn idle(&self) {
        loop {
            let mut zero = pin!(self.0.idle.notified());
            // Before the stripe is looked at: what becomes zero after that must find somebody to wake.
            zero.as_mut().enable();
            if idle(once(&self.0.stripe)) {
                return;
            }
            zero.await;
        }
    }
}

impl Opened {
    fn named(&self, now: Instant) -> Unfinished {
        let unknown = || "a connection".to_owned();
        Unfinished {
            what: self
                .peer
                .map_or_else(unknown, |peer| format!("a connection from {peer}")),
            age: now.saturating_duration_since(self.since),
        }
    }
}

impl Open {
    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connections").field(&self.count()).finish()
    }
}

/// A connection, open as long as it lives. A drain waits for it, and tells it at the deadline to end.
#[must_use = "it counts as open only while it lives"]
pub struct Connection {
    line: Arc<Line>,
    at: usize,
    of: Arc<Open>,
}

impl Connection {
    /// Whether it is to end, finished or not: the deadline of a drain has passed.
    #[inline]
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.line.is_ended()
    }

    /// Whether the service has begun to close since it was opened: if nothing was ever said on it, nothing will be missed. Who waits
    /// for something to read is woken for it.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.line.is_closing()
    }

    /// Is called with what is to be woken when it is to end, each time that one of its halves has to wait; the last waker of each half
    /// counts. `true` if it is to end already.
    pub fn wait(&self, half: Half, waker: &Waker) -> bool {
        self.line.wait(half, waker)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let _line = self.of.lines().open.try_remove(self.at);
        if self.of.stripe.leave() {
            self.of.idle.notify_waiters();
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("is_ended", &self.is_ended())
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, not(health_loom)))]
mod tests;
