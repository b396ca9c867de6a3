//! Checks that pass, fail, panic and hang at random, while probers ask as fast as they can: each answer is one that held at some
//! moment of its request.
//!
//! `SOAK_SECONDS` sets how long, `SOAK_SEED` repeats what a run did. A binary of its own with one test, because `tracing` caches
//! for all threads who listens.
//!
//! What an answer is held against:
//!
//! 1. *The truth.* While a fatal error is reported, and after a shutdown, readiness is down whatever the checks find; in a calm,
//!    when all critical checks pass and nothing is reported, it is up. The driver, who makes these, says since when and until when
//!    they hold, as a seqlock does: [`truth`].
//! 2. *The snapshot.* In a storm nobody knows the truth. But where no snapshot was published from before the request until after
//!    the answer, the answer was that snapshot's: [`judge`].
//! 3. *The log.* Each answer that differs from the one before takes a transition, and each transition is one event: [`log`].
//! 4. *Itself.* A snapshot is of one moment: each status follows from the checks that it shows ([`follows`]), and so does an answer
//!    with details: [`details`].
//!
//! Results don't go stale in this one: that happens without a snapshot. Another service does nothing else: [`sleeper`].

#![allow(clippy::unwrap_used, reason = "a test")]

mod calm;
mod details;
mod driver;
mod follows;
mod judge;
mod log;
mod mark;
mod panics;
mod patients;
mod probers;
mod sleeper;
mod tally;
mod truth;
mod witness;

use std::env;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use health_tower::{Check, HealthLayer};
use integration_tests::host::{builder, serve};
use integration_tests::patience::{patiently, until, until_snapshot};
use tower::Layer as _;
use tracing_subscriber::layer::SubscriberExt as _;

use calm::Calms;
use driver::Driver;
use log::Log;
use mark::Mark;
use patients::Patients;
use sleeper::Sleeper;
use tally::Tally;
use witness::Witness;

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_answer_held_at_some_moment_of_its_request() {
    let seconds = number("SOAK_SECONDS").unwrap_or(5);
    let seed = number("SOAK_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("SOAK_SEED={seed}");
    let mut rng = fastrand::Rng::with_seed(seed);

    let log = Log::default();
    let subscriber = tracing_subscriber::registry().with(log.clone());
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let panics = panics::count();

    let patients = Patients::new(&mut rng);
    let mark = Mark::default();
    let (start, started) = tokio::sync::watch::channel(false);
    let warm = Check::startup("warm", move || {
        let mut started = started.clone();
        async move { started.wait_for(|start| *start).await.is_ok() }
    });
    let warm = warm.timeout(Duration::from_secs(3600));
    let health = builder().check(warm).check(mark.check());
    let health = patients.register(health).start().unwrap();
    let layer = HealthLayer::builder(&health).details(details::guard());
    let service = layer.build().unwrap().layer(Router::new());
    let addr = serve(service.clone()).await;

    let witness = Arc::new(Witness::new(&health));
    let tallies = ["wire", "here", "details"].map(|kind| Arc::new(Tally::new(kind)));
    let [wire, here, shown] = &tallies;
    let mut probers = probers::start(addr, &service, &witness, [wire, here]);
    probers.extend(details::start(addr, &service, &witness, shown));
    let sleeper = Sleeper::start();
    probers.push(sleeper.prober(&witness));
    let asked = until("start-up to be asked for", || {
        tallies.iter().all(|tally| tally.asked_before_start())
    });
    probers::beside(&mut probers, asked).await;
    start.send(true).unwrap();
    until_snapshot(&health, "the start", |now| {
        now.phase() > health_tower::Phase::Starting
    })
    .await;

    let driver = Driver {
        health: &health,
        patients: &patients,
        mark: &mark,
        witness: &witness,
        log: &log,
        rng,
        calms: Calms::default(),
    };
    let run = driver.run(Duration::from_secs(seconds), &tallies);
    let calms = probers::beside(&mut probers, run).await;
    witness.stop.store(true, Ordering::Relaxed);
    for prober in probers {
        patiently("a prober", prober).await.unwrap();
    }
    sleeper.assert_telling();
    let flips = witness.flips();
    let most = flips.iter().max().unwrap();
    assert!(*most <= log.readiness(), "more answers than transitions");

    println!("{calms:?}, {log}, seen {flips:?}×, {sleeper}");
    tallies.iter().for_each(|tally| println!("{tally}"));
    witness.assert_no_violation(&calms);
    log.assert_sound();
    tallies.iter().for_each(|tally| tally.assert_telling());
    assert!(calms.sound() > 0, "{calms:?}");
    assert_eq!(panics.unasked(), 0, "a panic escaped");
    assert!(panics.on_purpose() > 0, "no check panicked");
}
