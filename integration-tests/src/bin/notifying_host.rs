//! A service that says to systemd how it is, for tests that listen in its place.
//!
//! Takes, in milliseconds, from one beat to the next, the TTL, and the lame duck. Prints `systemd`, or `no systemd`, and its address; at the end
//! `ended`. It has one worker, and obeys lines on its standard input: `started` ends start-up, `block MILLISECONDS` blocks the worker, `dead` and
//! `live` are for liveness, `maintain` and `resume` for maintenance, and `problem` prints what is wrong with the heartbeat. `/held` is a request that
//! is answered after `release`. It ends with its standard input.

use std::error::Error;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{env, io, process, thread};

use axum::Router;
use axum::routing::get;
use health_tower::heartbeat::Systemd;
use health_tower::{Check, DrainPolicy, Health, HealthLayer, Heartbeat, Membership};
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() -> Result<(), Box<dyn Error>> {
    let times: Result<Vec<u64>, _> = env::args().skip(1).map(|time| time.parse()).collect();
    let [every, ttl, lame_duck] = times?[..] else {
        return Err("needs an interval, a TTL and a lame duck, in milliseconds".into());
    };
    let [every, ttl, lame_duck] = [every, ttl, lame_duck].map(Duration::from_millis);
    let policy = DrainPolicy::default().lame_duck(lame_duck);
    let policy = policy.deadline(lame_duck + Duration::from_secs(60));

    let live = Arc::new(AtomicBool::new(true));
    let evidence = Arc::clone(&live);
    let alive = Check::liveness("alive", evidence, |live| {
        if live.load(Ordering::Relaxed) {
            Ok(())
        } else {
            Err("ordered to be dead")
        }
    });
    let alive = alive.every(Duration::from_millis(20)).fail_after(1);
    let builder = Health::builder().linked(false).check(alive);
    let health = builder.drain(policy).start()?;
    let mut start_up = Some(health.startup_task("until it is told"));

    let membership = match Systemd::from_env() {
        Some(systemd) => {
            println!("systemd");
            Some(
                Heartbeat::to(systemd)
                    .every(every)
                    .ttl(ttl)
                    .start(&health)?,
            )
        }
        None => {
            println!("no systemd");
            None
        }
    };

    let release = Arc::new(Notify::new());
    let gate = Arc::clone(&release);
    let held = async move || gate.notified().await;
    let app = Router::new().route("/held", get(held));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{}", listener.local_addr()?);

    let (told, mut lines) = mpsc::unbounded_channel::<String>();
    thread::spawn(move || {
        for line in io::stdin().lines().map_while(Result::ok) {
            let _ends_anyway = told.send(line);
        }
        process::exit(0);
    });
    let ours = health.clone();
    tokio::spawn(async move {
        while let Some(line) = lines.recv().await {
            match line.split_once(' ').unwrap_or((&line, "")) {
                ("started", _) => start_up.take().into_iter().for_each(|task| task.done()),
                ("block", time) => {
                    thread::sleep(Duration::from_millis(time.parse().unwrap_or(0)));
                }
                ("dead", _) => live.store(false, Ordering::Relaxed),
                ("live", _) => live.store(true, Ordering::Relaxed),
                ("maintain", _) => ours.begin_drain(),
                ("resume", _) => ours.resume(),
                ("release", _) => release.notify_waiters(),
                ("problem", _) => println!("{}", problem(membership.as_ref())),
                _ => println!("no such order: {line}"),
            }
        }
    });

    let app = app.layer(HealthLayer::new(&health));
    let server = axum::serve(listener, app).with_graceful_shutdown(health.closing());
    health.run(server).await?;
    println!("ended");
    Ok(())
}

fn problem(membership: Option<&Membership>) -> String {
    let report = membership.map(Membership::report);
    let problem = report.and_then(|report| report.problem().map(str::to_owned));
    problem.unwrap_or_default()
}
