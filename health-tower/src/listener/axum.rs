use std::future::poll_fn;
use std::io;

use axum::serve::Listener;

use crate::listener::{Accept, Tracked, TrackedListener};

#[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
impl<L: Accept> Listener for TrackedListener<L> {
    type Io = Tracked<L::Io>;
    type Addr = L::Addr;

    /// Whatever goes wrong is tried again after 100 ms, and logged once a minute.
    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        poll_fn(|cx| self.poll_persistently(cx)).await
    }

    fn local_addr(&self) -> io::Result<L::Addr> {
        self.local_addr()
    }
}
