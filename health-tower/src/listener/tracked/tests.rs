use std::cell::Cell;
use std::io::ErrorKind;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex, split};
use tokio::time::{Instant, advance};

use super::*;
use crate::listener::silence::{FRESH, MOMENT};
use crate::{DrainPolicy, Health, Phase};

thread_local! { static CUT_OFF: Cell<usize> = const { Cell::new(0) }; }
thread_local! { static HAS_COME: Cell<bool> = const { Cell::new(false) }; }

fn tracked(health: &Health) -> (Tracked<DuplexStream>, DuplexStream) {
    let (io, client) = duplex(4);
    let cut_off = |_: &DuplexStream| CUT_OFF.set(CUT_OFF.get() + 1);
    let connection = health.connections().open();
    let is_late = health.closing().is_closing();
    let hooks = Hooks {
        cut_off,
        has_come: |_| HAS_COME.get(),
    };
    (Tracked::new(io, connection, is_late, hooks), client)
}

fn health() -> Health {
    let policy = DrainPolicy::default().deadline(Duration::from_secs(25));
    let builder = Health::builder().linked(false).drain(policy);
    builder.start().unwrap()
}

async fn drained(health: &Health) {
    let mut snapshots = health.subscribe();
    while snapshots.latest().phase() != Phase::Closed {
        snapshots.changed().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn bytes_pass_and_it_counts_until_it_is_dropped() {
    let health = health();
    let (mut tracked, mut client) = tracked(&health);
    assert_eq!(health.snapshot().connections(), 1);
    assert!(tracked.is_write_vectored(), "as a duplex is");
    tracked.write_all(b"ping").await.unwrap();
    client.write_all(b"pong").await.unwrap();
    let mut bytes = [0; 4];
    for (side, expected) in [(&mut client, b"ping"), (tracked.get_mut(), b"pong")] {
        side.read_exact(&mut bytes).await.unwrap();
        assert_eq!(&bytes, expected);
    }
    drop(tracked);
    assert_eq!(health.snapshot().connections(), 0);
}

#[tokio::test(start_paused = true)]
async fn both_halves_wait_on_tasks_of_their_own_and_both_are_ended() {
    let health = health();
    let (tracked, mut client) = tracked(&health);
    let (mut read, mut write) = split(tracked);
    client.write_all(b"GET").await.unwrap();
    read.read_exact(&mut [0; 3]).await.unwrap();
    let reads = tokio::spawn(async move { read.read_u8().await.unwrap_err() });
    let writes = tokio::spawn(async move { write.write_all(&[0; 16]).await.unwrap_err() });
    health.shutdown();
    advance(Duration::from_secs(24)).await;
    assert!(!reads.is_finished() && !writes.is_finished());
    drained(&health).await;
    for ended in [reads, writes] {
        let error = ended.await.unwrap();
        assert_eq!(error.kind(), ErrorKind::ConnectionAborted);
        assert_eq!(error.to_string(), "the drain's deadline has passed");
    }
    assert_eq!(health.snapshot().connections(), 0);
    drop(client);
}

#[tokio::test(start_paused = true)]
async fn what_never_said_anything_reads_as_closed_when_the_service_closes() {
    let health = health();
    let (mut silent, _silent_client) = tracked(&health);
    let (mut heard, mut client) = tracked(&health);
    client.write_all(b"GET").await.unwrap();
    heard.read_exact(&mut [0; 3]).await.unwrap();
    let silent = tokio::spawn(async move { silent.read(&mut [0; 1]).await.unwrap() });
    let heard = tokio::spawn(async move { heard.read_u8().await.unwrap() });
    health.shutdown();
    health.closing().await;
    let closing = Instant::now();
    assert_eq!(silent.await.unwrap(), 0);
    assert_eq!(closing.elapsed(), MOMENT, "it came long ago");
    advance(2 * FRESH).await;
    client.write_all(b" ").await.unwrap();
    assert_eq!(heard.await.unwrap(), b' ');
}

/// A read that waits doesn't know.
#[tokio::test(start_paused = true)]
async fn what_has_said_something_that_nobody_has_read_yet_is_not_silent() {
    let health = health();
    let (mut tracked, mut client) = tracked(&health);
    let read = tokio::spawn(async move { tracked.read(&mut [0; 1]).await.unwrap() });
    health.shutdown();
    HAS_COME.set(true);
    health.closing().await;
    advance(2 * FRESH).await;
    assert!(!read.is_finished());
    client.write_all(b" ").await.unwrap();
    assert_eq!(read.await.unwrap(), 1);
}

/// The one came just before the service began to close, the other after.
#[tokio::test(start_paused = true)]
async fn what_has_just_come_has_a_second_to_say_something() {
    for speaks in [true, false] {
        let health = health();
        health.shutdown();
        advance(Duration::from_secs(10) - FRESH / 4).await;
        let (mut before, mut before_client) = tracked(&health);
        let came = Instant::now();
        let before = tokio::spawn(async move { before.read(&mut [0; 1]).await.unwrap() });
        health.closing().await;
        assert_eq!(came.elapsed(), FRESH / 4);
        let (mut after, mut after_client) = tracked(&health);
        let after = tokio::spawn(async move { after.read(&mut [0; 1]).await.unwrap() });
        advance(FRESH / 2).await;
        if speaks {
            before_client.write_all(b" ").await.unwrap();
            after_client.write_all(b" ").await.unwrap();
        }
        let read = usize::from(speaks);
        assert_eq!(before.await.unwrap(), read);
        assert_eq!(after.await.unwrap(), read);
        let last = if speaks { 3 * FRESH / 4 } else { 5 * FRESH / 4 };
        assert_eq!(came.elapsed(), last, "from when it came, each");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_always_ready_is_ended_and_cut_off_once() {
    let health = health();
    let (mut tracked, mut client) = tracked(&health);
    health.shutdown();
    client.write_all(b"more").await.unwrap();
    drained(&health).await;
    assert_eq!(
        tracked.read_u8().await.unwrap_err().kind(),
        ErrorKind::ConnectionAborted
    );
    assert_eq!(
        tracked.write_u8(0).await.unwrap_err().kind(),
        ErrorKind::ConnectionAborted
    );
    let vectored = tracked.write_vectored(&[IoSlice::new(b"x")]).await;
    assert_eq!(vectored.unwrap_err().kind(), ErrorKind::ConnectionAborted);
    assert_eq!(
        tracked.flush().await.unwrap_err().kind(),
        ErrorKind::ConnectionAborted
    );
    assert_eq!(
        tracked.shutdown().await.unwrap_err().kind(),
        ErrorKind::ConnectionAborted
    );
    assert_eq!(CUT_OFF.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_out_no_longer_counts_and_is_not_ended() {
    let health = health();
    let (tracked, mut client) = tracked(&health);
    let mut io = tracked.into_inner();
    health.shutdown();
    drained(&health).await;
    client.write_all(b"more").await.unwrap();
    assert_eq!(io.read_u8().await.unwrap(), b'm');
}
