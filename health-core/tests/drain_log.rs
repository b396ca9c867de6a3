//! What is said of a drain where nobody is left to end it. A binary of its own with one test: it is said on a thread of its own,
//! which only a global subscriber hears.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::future::pending;
use std::io;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use health_core::{DrainPolicy, Health};
use tokio::runtime::{Builder, Runtime};

mod recorder;

use recorder::Recorder;

fn wait(wanted: impl Fn() -> bool) {
    let began = Instant::now();
    while !wanted() {
        assert!(began.elapsed() < Duration::from_secs(60), "never");
        thread::yield_now();
    }
}

/// Blocks both workers in async code, until the sender is dropped.
fn block(runtime: &Runtime) -> mpsc::Sender<()> {
    let (release, released) = mpsc::channel::<()>();
    let (blocks, blocked) = mpsc::channel();
    let released = Arc::new(Mutex::new(released));
    for _ in 0..8 {
        let (blocks, released) = (blocks.clone(), Arc::clone(&released));
        runtime.spawn(async move {
            let _told_twice = blocks.send(());
            released.lock().unwrap().recv()
        });
    }
    (0..2).for_each(|_| blocked.recv().unwrap());
    release
}

#[test]
fn where_all_workers_block_the_deadline_is_kept_and_logged_once() {
    let recorder = Recorder::everywhere();
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let policy = DrainPolicy::default().lame_duck(Duration::ZERO);
    let health = Health::builder()
        .linked(false)
        .runtime(runtime.handle().clone())
        .drain(policy.deadline(Duration::from_millis(200)))
        .start()
        .unwrap();
    let run = runtime.spawn({
        let health = health.clone();
        async move { health.run(pending::<io::Result<()>>()).await.unwrap() }
    });
    let hold = health.hold().named("websocket /chat");
    let connection = health.connections().open();
    let release = block(&runtime);
    health.shutdown();

    let stands_still = || {
        let lines = recorder.lines().clone();
        let still = lines
            .into_iter()
            .filter(|line| line.contains("has not acted on it"));
        still.collect::<Vec<_>>()
    };
    wait(|| !stands_still().is_empty());
    assert!(hold.flags().is_ended(), "and before that");
    let said = stands_still().remove(0);
    for part in [
        "ERROR",
        "remaining=1 connections=1",
        ": 1 still in flight, 1 connection open: websocket /chat for ",
        ", a connection for ",
    ] {
        assert!(said.contains(part), "{part} is not in {said}");
    }

    drop(release);
    let report = runtime.block_on(run).unwrap();
    assert_eq!((report.remaining, report.connections), (1, 1), "{report}");
    assert_eq!(report.unfinished[0].what(), "websocket /chat");
    assert_eq!(stands_still().len(), 1);
    drop((hold, connection));
}
