//! A probe server on a Unix socket.

use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::Path;

use health_tower::{HealthLayer, ProbeServer};
use integration_tests::host::healthy;
use integration_tests::patience::patiently;
use tempfile::tempdir;
use tokio::net::UnixSocket;

fn answers(path: &Path) -> bool {
    let mut stream = UnixStream::connect(path).unwrap();
    // Closes its half before it reads, as `nc -N` does.
    stream
        .write_all(b"GET /health/live HTTP/1.0\r\n\r\n")
        .unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.ends_with("\r\n\r\nok")
}

#[tokio::test]
async fn the_file_is_there_while_it_answers_and_no_longer() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("health.sock");
    let health = healthy();
    let layer = HealthLayer::new(&health);
    let probes = ProbeServer::new(&layer).bind_unix(&path).unwrap();
    assert!(probes.local_addrs().is_empty() && answers(&path));
    drop(probes);
    assert!(!path.exists());
    let probes = ProbeServer::new(&layer).bind("127.0.0.1:0").unwrap();
    let probes = probes.bind_unix(&path).unwrap();
    assert!(answers(&path));

    let _failed = probes.bind("9090").unwrap_err();
    assert!(!path.exists(), "what was bound before is closed");
}

#[tokio::test]
async fn what_a_crash_has_left_is_replaced() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("health.sock");
    // The standard library leaves the file, as a crash does.
    drop(UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let health = healthy();
    let layer = HealthLayer::new(&health);
    let _probes = ProbeServer::new(&layer).bind_unix(&path).unwrap();
    assert!(answers(&path));
}

#[tokio::test]
async fn a_socket_that_somebody_answers_on_is_refused_and_left() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("health.sock");
    let health = healthy();
    let layer = HealthLayer::new(&health);
    let _one = ProbeServer::new(&layer).bind_unix(&path).unwrap();
    let error = ProbeServer::new(&layer).bind_unix(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
    let text = error.to_string();
    assert!(
        text.contains("health.sock") && text.contains("another path"),
        "{text}"
    );
    assert!(answers(&path));

    // Alive, too busy to accept, and with no room for one more.
    let busy = folder.path().join("busy.sock");
    let socket = UnixSocket::new_stream().unwrap();
    socket.bind(&busy).unwrap();
    let _listener = socket.listen(1).unwrap();
    let mut queue = Vec::new();
    let connect = || patiently("a place", tokio::net::UnixStream::connect(&busy));
    while let Ok(stream) = connect().await {
        queue.push(stream);
        assert!(queue.len() < 100, "there is always room");
    }
    let error = ProbeServer::new(&layer).bind_unix(&busy).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
    assert!(busy.exists());
}

#[tokio::test]
async fn what_is_not_a_stale_socket_is_never_deleted() {
    let folder = tempdir().unwrap();
    let health = healthy();
    let layer = HealthLayer::new(&health);
    let file = folder.path().join("orders.db");
    fs::write(&file, "orders").unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let other = folder.path().join("log.sock");
    let _log = UnixDatagram::bind(&other).unwrap();
    for path in [&file, &link, &other, &folder.path().to_owned()] {
        let error = ProbeServer::new(&layer).bind_unix(path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrInUse, "{error}");
    }
    assert_eq!(fs::read_to_string(&link).unwrap(), "orders");
    assert!(other.exists());

    let missing = folder.path().join("missing/health.sock");
    let error = ProbeServer::new(&layer).bind_unix(missing).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("create its folder"), "{error}");
}

#[tokio::test]
async fn the_file_of_a_successor_stays() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("health.sock");
    let health = healthy();
    let layer = HealthLayer::new(&health);
    let old = ProbeServer::new(&layer).bind_unix(&path).unwrap();
    fs::rename(&path, folder.path().join("old.sock")).unwrap();
    let _new = ProbeServer::new(&layer).bind_unix(&path).unwrap();
    drop(old);
    assert!(answers(&path));
}
