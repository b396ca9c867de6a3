//! Connections that say something just as the service closes: a read that waits doesn't know that it is there.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use health_tower::{Accept, DrainPolicy, Health, TrackedListener};
use integration_tests::host::{builder, listen};
use integration_tests::patience::until;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::sleep;

/// More than a connection is fresh for.
const LONG: Duration = Duration::from_millis(1100);

fn health() -> Health {
    let policy = DrainPolicy::default().lame_duck(Duration::ZERO);
    builder()
        .drain(policy.deadline(Duration::from_secs(3600)))
        .start()
        .unwrap()
}

async fn tracked(health: &Health) -> (TrackedListener<TcpListener>, std::net::SocketAddr) {
    let (listener, addr) = listen().await;
    (TrackedListener::new(health, listener), addr)
}

#[tokio::test]
async fn what_comes_while_nobody_could_look_is_read() {
    let health = health();
    let (mut listener, addr) = tracked(&health).await;
    let mut client = TcpStream::connect(addr).unwrap();
    let (mut io, _) = listener.accept().await.unwrap();
    let read = tokio::spawn(async move { io.read(&mut [0; 16]).await.unwrap() });
    sleep(LONG).await;
    health.shutdown();
    health.closing().await;
    // The reader is woken, and has not run yet: this is what a busy worker looks like.
    client.write_all(b"GET / HTTP/1.1\r\n").unwrap();
    std::thread::sleep(LONG);
    assert_eq!(read.await.unwrap(), 16);
}

/// A task may read so much at once, and then has to wait, whatever there is.
#[tokio::test]
async fn what_had_come_before_is_read_by_a_task_that_has_read_much() {
    let health = health();
    let (mut listener, addr) = tracked(&health).await;
    let mut clients = Vec::new();
    let all = FuturesUnordered::new();
    for _ in 0..300 {
        clients.push(TcpStream::connect(addr).unwrap());
        let (mut io, _) = listener.accept().await.unwrap();
        all.push(async move { io.read(&mut [0; 16]).await.unwrap() });
    }
    let reads = tokio::spawn(all.collect::<Vec<_>>());
    sleep(LONG).await;
    clients
        .iter_mut()
        .for_each(|client| client.write_all(b"PRI * ").unwrap());
    health.shutdown();
    let reads = reads.await.unwrap();
    assert_eq!(reads.iter().filter(|read| **read == 6).count(), 300);
}

/// Where there is no clock, nobody waits by it.
#[test]
fn without_timers_a_silent_connection_is_closed_and_nothing_panics() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let health = runtime.block_on(async { health() });
    let no_timers = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .unwrap();
    no_timers.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let mut listener = TrackedListener::new(&health, listener);
        let _client = TcpStream::connect(addr).unwrap();
        let (mut io, _) = listener.accept().await.unwrap();
        health.shutdown();
        assert_eq!(io.read(&mut [0; 16]).await.unwrap(), 0);
    });
}

#[tokio::test]
async fn a_socket_knows_whether_something_has_come() {
    let (listener, addr) = listen().await;
    let mut client = TcpStream::connect(addr).unwrap();
    let (mut io, _) = listener.accept().await.unwrap();
    let has_come = <TcpListener as Accept>::has_come;
    assert!(!has_come(&io));
    client.write_all(b"PRI").unwrap();
    until("bytes", || has_come(&io)).await;
    io.read_exact(&mut [0; 3]).await.unwrap();
    assert!(!has_come(&io), "they were left to be read, and have been");
    drop(client);
    io.read_to_end(&mut Vec::new()).await.unwrap();
    assert!(!has_come(&io), "nothing but the end");
}

#[cfg(unix)]
#[tokio::test]
async fn so_does_one_of_unix() {
    let (io, mut client) = tokio::net::UnixStream::pair().unwrap();
    let has_come = <tokio::net::UnixListener as Accept>::has_come;
    assert!(!has_come(&io));
    client.write_all(b"PRI").await.unwrap();
    until("bytes", || has_come(&io)).await;
}
