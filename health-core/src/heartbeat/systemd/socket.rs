use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixDatagram as Std;

use tokio::net::UnixDatagram;

use crate::heartbeat::BackendError;

/// Where the service manager listens.
///
/// `sd_notify::notify` would block the thread of the heart where the queue is full, and takes no abstract names; of that crate we have the
/// words, and the watchdog.
#[derive(Debug)]
pub(super) struct Socket(OsString);

impl Socket {
    pub(super) fn from_env() -> Option<Self> {
        let address = std::env::var_os("NOTIFY_SOCKET")?;
        (!address.is_empty()).then_some(Self(address))
    }

    /// Each message has a socket of its own: the service manager may have come back since the last, with another. Nothing is sent where there is
    /// nothing to say, but somebody has to listen.
    pub(super) async fn send(&self, lines: &str) -> Result<(), BackendError> {
        let sent = async {
            let socket = connect(&self.0)?;
            if !lines.is_empty() {
                socket.send(lines.as_bytes()).await?;
            }
            Ok(())
        };
        sent.await.map_err(|error| self.problem(&error))
    }

    fn problem(&self, error: &io::Error) -> BackendError {
        let fix = match error.kind() {
            io::ErrorKind::PermissionDenied => {
                "the user of the service must be allowed to write there"
            }
            io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported => {
                "it has to be a path from the root, or an abstract name (`@…`)"
            }
            _ => {
                "the unit needs `Type=notify`, or `NotifyAccess=main`; a container `--sdnotify=container`"
            }
        };
        let address = self.0.display();
        BackendError::failed(format!(
            "NOTIFY_SOCKET ({address}) can't be written to: {error}; {fix}"
        ))
    }
}

/// Not blocking: a queue that is full is waited for on the heart's runtime, for one ack time-out.
fn connect(address: &OsStr) -> io::Result<UnixDatagram> {
    let socket = Std::unbound()?;
    match address.as_bytes() {
        [b'/', ..] => socket.connect(address)?,
        [b'@', name @ ..] => connect_abstract(&socket, name)?,
        _ => return Err(io::ErrorKind::InvalidInput.into()),
    }
    socket.set_nonblocking(true)?;
    UnixDatagram::from_std(socket)
}

#[cfg(target_os = "linux")]
fn connect_abstract(socket: &Std, name: &[u8]) -> io::Result<()> {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::net::SocketAddr;

    socket.connect_addr(&SocketAddr::from_abstract_name(name)?)
}

#[cfg(not(target_os = "linux"))]
fn connect_abstract(_: &Std, _: &[u8]) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
