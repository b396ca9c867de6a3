//! Where things listen.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};

/// A loopback address of one's own. Clients connect from 127.0.0.1, so that no connection takes a port on which an instance is to
/// listen again after its restart.
pub(crate) struct Place(IpAddr);

impl Place {
    pub(crate) fn new() -> Self {
        let [b, c, d] = std::array::from_fn(|_| fastrand::u8(1..255));
        Self(Ipv4Addr::new(127, b, c, d).into())
    }

    /// A free port there.
    pub(crate) fn free(&self) -> SocketAddr {
        let listener = TcpListener::bind((self.0, 0)).unwrap();
        listener.local_addr().unwrap()
    }
}
