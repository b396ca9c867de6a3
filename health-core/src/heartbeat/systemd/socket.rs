use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixDatagram as Std;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::UnixDatagram;

use crate::heartbeat::BackendError;

/// Where the service manager listens.
///
/// `sd_notify::notify` would block the thread of the heart where the queue is full, and takes no abstract names; of that crate we have the
/// words, and the watchdog.
#[derive(Debug)]
pub(super) struct Socket {
    address: OsString,
    kept: Mutex<Option<Arc<Kept>>>,
}

/// One for all messages: a service that has run out of files would be killed for that, if each took another.
#[derive(Debug)]
struct Kept {
    /// Of the same socket, since Tokio's knows no abstract names.
    connects: Std,
    sends: UnixDatagram,
}

impl Socket {
    pub(super) fn from_env() -> Option<Self> {
        let address = std::env::var_os("NOTIFY_SOCKET")?;
        let kept = Mutex::default();
        (!address.is_empty()).then_some(Self { address, kept })
    }

    /// Each message is addressed anew: the service manager may have come back since the last, with another socket. Nothing is sent where there is
    /// nothing to say, but somebody has to listen.
    pub(super) async fn send(&self, lines: &str) -> Result<(), BackendError> {
        let sent = async {
            let kept = self.kept()?;
            connect(&kept.connects, &self.address)?;
            if !lines.is_empty() {
                kept.sends.send(lines.as_bytes()).await?;
            }
            Ok(())
        };
        sent.await.map_err(|error| self.problem(&error))
    }

    /// Not before the first message, which comes from the heart's runtime.
    fn kept(&self) -> io::Result<Arc<Kept>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = &*kept {
            return Ok(Arc::clone(kept));
        }
        let new = Arc::new(Kept::new()?);
        *kept = Some(Arc::clone(&new));
        Ok(new)
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
        let address = self.address.display();
        BackendError::failed(format!(
            "NOTIFY_SOCKET ({address}) can't be written to: {error}; {fix}"
        ))
    }
}

impl Kept {
    /// Not blocking: a queue that is full is waited for on the heart's runtime, for one ack time-out.
    fn new() -> io::Result<Self> {
        let connects = Std::unbound()?;
        connects.set_nonblocking(true)?;
        let sends = UnixDatagram::from_std(connects.try_clone()?)?;
        Ok(Self { connects, sends })
    }
}

fn connect(socket: &Std, address: &OsStr) -> io::Result<()> {
    match address.as_bytes() {
        [b'/', ..] => socket.connect(address),
        [b'@', name @ ..] => connect_abstract(socket, name),
        _ => Err(io::ErrorKind::InvalidInput.into()),
    }
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
