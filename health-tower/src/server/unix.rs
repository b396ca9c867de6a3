use std::fs::{self, Metadata};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::os::unix::net::UnixListener;
use std::path::{self, Path, PathBuf};
use std::{fmt, io};

use socket2::{Domain, SockAddr, Socket, Type};

/// The file of a socket that we have bound. Dropping it removes the file, unless somebody else has put theirs in its place.
pub(crate) struct SocketFile {
    /// Absolute: the working directory may change.
    path: PathBuf,
    identity: Option<(u64, u64)>,
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if self.identity.is_some() && identity(&self.path) == self.identity {
            let _gone = fs::remove_file(&self.path);
        }
    }
}

impl fmt::Display for SocketFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.display().fmt(f)
    }
}

/// Binds a path, after taking a dead socket out of the way.
pub(crate) fn bind(path: &Path) -> io::Result<(UnixListener, SocketFile)> {
    let explain = |error: io::Error, fix: &str| {
        let path = path.display();
        let why = format!("probes can't be answered on {path}: {error}{fix}");
        io::Error::new(error.kind(), why)
    };
    let listener = match UnixListener::bind(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            if let Err(fix) = take_away_if_dead(path) {
                return Err(explain(error, fix));
            }
            UnixListener::bind(path)
        }
        bound => bound,
    };
    let listener = listener.map_err(|error| {
        let fix = match error.kind() {
            io::ErrorKind::NotFound => "; create its folder",
            io::ErrorKind::PermissionDenied => "; choose a folder that this user may write to",
            io::ErrorKind::InvalidInput => "; choose a shorter path (108 bytes on Linux)",
            _ => "",
        };
        explain(error, fix)
    })?;
    listener.set_nonblocking(true)?;
    let path = path::absolute(path)?;
    let identity = identity(&path);
    Ok((listener, SocketFile { path, identity }))
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    let metadata = fs::symlink_metadata(path).ok();
    metadata.map(|file: Metadata| (file.dev(), file.ino()))
}

/// Removes the socket of a process that has crashed; else says what to do.
fn take_away_if_dead(path: &Path) -> Result<(), &'static str> {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    if !is_socket {
        return Err("; what is there is not a socket, and stays: choose another path");
    }
    match knock(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            fs::remove_file(path).map_err(|_| "; nobody answers there, and it can't be removed")
        }
        _ => Err("; somebody answers there: stop that process, or choose another path"),
    }
}

/// Connects without waiting: where the queue is full, a blocking connect would wait for as long as it stays full.
fn knock(path: &Path) -> io::Result<()> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.connect(&SockAddr::unix(path)?)
}
