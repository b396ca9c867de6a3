//! A service as a user writes it, for tests that send signals to its process.
//!
//! Takes the lame duck and the deadline, in milliseconds, and `starting` where start-up is never to end. Prints its address, then that of its admin port, and at the end how
//! the drain went. The admin port is a server of its own under the same `Health`; `/shutdown` on it is a preStop hook's.
//! `/lines` streams what arrives on standard input, line by line, until a line says `end`; `/much` is 64 MiB.

use std::convert::Infallible;
use std::error::Error;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{env, io, thread};

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use health_tower::{DrainPolicy, Health, HealthLayer, TrackedListener};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let times: Result<Vec<u64>, _> = args.by_ref().take(2).map(|millis| millis.parse()).collect();
    let [lame_duck, deadline] = times?[..] else {
        return Err("needs a lame duck and a deadline, in milliseconds".into());
    };
    let policy = DrainPolicy::default()
        .lame_duck(Duration::from_millis(lame_duck))
        .deadline(Duration::from_millis(deadline));
    let health = Health::builder().linked(false).drain(policy).start()?;

    let starting = args.next().is_some_and(|word| word == "starting");
    let _warming = starting.then(|| health.startup_task("warm cache"));

    let input = Arc::new(Mutex::new(Some(input())));
    let lines = async move || {
        let input = input.lock().unwrap_or_else(PoisonError::into_inner).take();
        input.map(Body::from_stream).unwrap_or_default()
    };
    let app = Router::new()
        .route("/lines", get(lines))
        .route("/much", get(async || vec![b'x'; 64 << 20]))
        .layer(HealthLayer::new(&health));

    let hook = health.clone();
    let admin = Router::new().route("/shutdown", get(async move || hook.shutdown()));

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let admin_listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{}", listener.local_addr()?);
    println!("{}", admin_listener.local_addr()?);
    let listener = TrackedListener::new(&health, listener);
    let server = axum::serve(listener, app).with_graceful_shutdown(health.closing());
    let admin = axum::serve(admin_listener, admin).with_graceful_shutdown(health.closing());
    let (report, of_admin) = tokio::try_join!(health.run(server), health.run(admin))?;
    assert_eq!(
        (report.trigger, report.forced),
        (of_admin.trigger, of_admin.forced)
    );
    println!("{:?} clean={}", report.trigger, report.is_clean());
    println!("remaining={} forced={}", report.remaining, report.forced);
    Ok(())
}

/// Standard input, read on a thread that can't keep the process from ending.
fn input() -> ReceiverStream<Result<String, Infallible>> {
    let (lines, input) = mpsc::channel(1);
    thread::spawn(move || {
        let read = io::stdin().lines().map_while(Result::ok);
        for line in read.take_while(|line| line != "end") {
            if lines.blocking_send(Ok(line)).is_err() {
                break;
            }
        }
    });
    ReceiverStream::new(input)
}
