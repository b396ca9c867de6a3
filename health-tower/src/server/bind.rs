use std::net::{Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs};
use std::{fmt, io};

use socket2::{Domain, Protocol, Socket, Type};

/// Connections that wait to be accepted; the system may allow fewer.
const BACKLOG: i32 = 1024;

/// Where a server answers.
#[derive(Default)]
pub(crate) struct Bound {
    pub(crate) addrs: Vec<SocketAddr>,
    #[cfg(unix)]
    pub(crate) files: Vec<crate::server::unix::SocketFile>,
}

impl Bound {
    pub(crate) fn is_empty(&self) -> bool {
        #[cfg(unix)]
        if !self.files.is_empty() {
            return false;
        }
        self.addrs.is_empty()
    }

    /// Whether `[::]` answers there already, since it takes IPv4 as well, where nothing kept it from that.
    fn answers(&self, addr: SocketAddr) -> bool {
        let all = SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), addr.port());
        addr.is_ipv4() && self.addrs.iter().find(|own| own.port() == addr.port()) == Some(&all)
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let addrs = self.addrs.iter().map(ToString::to_string);
        #[cfg(unix)]
        let addrs = addrs.chain(self.files.iter().map(ToString::to_string));
        f.write_str(&addrs.collect::<Vec<_>>().join(", "))
    }
}

/// Binds the first address that can be. Without a listener where `[::]` answers already.
pub(crate) fn tcp(
    addr: impl ToSocketAddrs,
    bound: &Bound,
) -> io::Result<(SocketAddr, Option<TcpListener>)> {
    let addrs = addr.to_socket_addrs().map_err(|error| {
        let why = "the address for probes can't be understood, or has an unknown name";
        let how = "write it as \"0.0.0.0:9090\", or \"[::]:9090\" for IPv6 too";
        io::Error::new(error.kind(), format!("{why}: {error}; {how}"))
    })?;
    let mut failed = None;
    for addr in addrs {
        match listen(addr, bound) {
            Ok(listener) => return Ok((listener.local_addr()?, Some(listener))),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && bound.answers(addr) => {
                return Ok((addr, None));
            }
            Err(error) => failed = Some(explained(addr, &error)),
        }
    }
    Err(failed.unwrap_or_else(|| {
        let why = "the name for probes has no address; write it as \"0.0.0.0:9090\"";
        io::Error::new(io::ErrorKind::InvalidInput, why)
    }))
}

fn listen(addr: SocketAddr, bound: &Bound) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
    if addr.is_ipv6() {
        let is_of_ipv4 = |other: &SocketAddr| other.is_ipv4() && other.port() == addr.port();
        let only_v6 = !addr.ip().is_unspecified() || bound.addrs.iter().any(is_of_ipv4);
        let set = socket.set_only_v6(only_v6);
        // Some systems never let an IPv6 socket have IPv4; that is less than hoped for, and no reason not to answer IPv6.
        if only_v6 {
            set?;
        }
    }
    // As the standard library does: a restart need not wait for the connections of the last run to be forgotten.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&addr.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn explained(addr: SocketAddr, error: &io::Error) -> io::Error {
    let fix = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "; choose another port, or stop what listens there (the application itself?)"
        }
        io::ErrorKind::AddrNotAvailable => {
            "; this machine has no such address, 0.0.0.0 stands for all it has"
        }
        io::ErrorKind::PermissionDenied => "; choose a port above 1023",
        _ if addr.is_ipv6() => "; 0.0.0.0 is for IPv4 alone, if there is no IPv6 here",
        _ => "",
    };
    let why = format!("probes can't be answered on {addr}: {error}{fix}");
    io::Error::new(error.kind(), why)
}
