use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use health_core::{Cause, Check, Health, Probe, Snapshot};

use crate::recorder::Recorder;
use crate::support::{builder, ready, until};

/// What a check does from its next run on.
#[derive(Clone, Copy)]
enum Mood {
    Passes,
    Fails,
    Panics,
    Hangs,
}

pub(crate) async fn each_is_told_by_its_name() {
    let (recorder, _guard) = Recorder::here();
    let mood = Arc::new(Mutex::new(Mood::Passes));
    let seen = Arc::clone(&mood);
    let moody = Check::readiness("moody", move || {
        let mood = *seen.lock().expect("no test panics under it");
        async move {
            match mood {
                Mood::Passes => true,
                Mood::Fails => false,
                Mood::Panics => panic!("on purpose"),
                Mood::Hangs => pending().await,
            }
        }
    });
    let second = Duration::from_secs(1);
    let moody = moody.every(2 * second).backoff(2 * second).jitter(0);
    let health = builder()
        .check(moody.stale_after(3 * second))
        .start()
        .unwrap();
    has_cause(&health, None).await;
    let becomes = async |new: Mood, cause| {
        *mood.lock().unwrap() = new;
        has_cause(&health, cause).await;
    };
    becomes(Mood::Fails, Some(Cause::Failed)).await;
    until(&health, |now| !now.status(Probe::Readiness).is_up()).await;
    becomes(Mood::Panics, Some(Cause::Panicked)).await;
    becomes(Mood::Hangs, Some(Cause::TimedOut)).await;
    becomes(Mood::Fails, Some(Cause::Failed)).await;
    becomes(Mood::Passes, None).await;
    becomes(Mood::Hangs, Some(Cause::TimedOut)).await;
    becomes(Mood::Passes, None).await;
    // It hangs while the clock jumps: its runs say nothing, and what it said before grows old.
    *mood.lock().unwrap() = Mood::Hangs;
    let is_told = || {
        recorder
            .of("moody")
            .iter()
            .any(|[.., cause]| cause == "stale")
    };
    for jump in 0.. {
        assert!(
            jump < 1000,
            "it never went stale: {:?}",
            recorder.of("moody")
        );
        tokio::time::advance(second / 2).await;
        tokio::task::yield_now().await;
        if is_told() {
            break;
        }
    }
    let told = [
        ["DEBUG", "pending", "never_run"],
        ["DEBUG", "up", ""],
        ["DEBUG", "up", "failed"],
        ["WARN", "down", "failed"],
        ["DEBUG", "down", "panicked"],
        ["DEBUG", "down", "timed_out"],
        ["DEBUG", "down", "failed"],
        ["INFO", "up", ""],
        ["DEBUG", "up", "timed_out"],
        ["DEBUG", "up", ""],
        ["DEBUG", "up", "inconclusive"],
        ["WARN", "down", "stale"],
    ];
    let heard = recorder.of("moody");
    assert_eq!(heard[..told.len()], told, "{heard:?}");
}

pub(crate) fn one_that_hangs_and_answers_late_is_told_once(elsewhere: &Recorder) {
    let (release, blocked) = std::sync::mpsc::channel::<()>();
    let blocked = Mutex::new(blocked);
    let stuck = Check::readiness_blocking("stuck", move || {
        blocked.lock().is_ok_and(|blocked| blocked.recv().is_ok())
    });
    // By the clock of its own thread, which is not paused.
    let short = Duration::from_millis(20);
    let stuck = stuck.timeout(short).every(5 * short).fail_after(2);
    let health = builder().check(stuck).start().unwrap();
    let wait = |cause| {
        let mut looks = 0;
        while health
            .snapshot()
            .checks()
            .any(|check| check.cause() != cause)
        {
            thread::sleep(short);
            looks += 1;
            assert!(looks < 1000, "{:?}", health.snapshot());
        }
    };
    wait(Some(Cause::Hung));
    release.send(()).unwrap();
    wait(Some(Cause::Late));
    drop(release);
    // On a busy machine, runs in between may be inconclusive.
    let heard = elsewhere.of("stuck");
    for cause in ["hung", "late"] {
        let told = heard.iter().filter(|[.., told]| told == cause);
        assert_eq!(told.count(), 1, "{heard:?}");
    }
}

pub(crate) async fn what_counts_for_nothing_is_said_once() {
    let (recorder, _guard) = Recorder::here();
    let second = Duration::from_secs(1);
    let hangs = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&hangs);
    let check = Check::readiness("database", move || {
        let hangs = seen.load(Ordering::SeqCst);
        async move {
            if hangs {
                pending::<()>().await;
            }
            true
        }
    });
    let health = builder()
        .check(check.fail_after(5).jitter(0))
        .start()
        .unwrap();
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    hangs.store(true, Ordering::SeqCst);
    // Four runs, and each of them loses its time to a clock that jumps.
    for _ in 0..40 {
        tokio::time::advance(second / 2).await;
        tokio::task::yield_now().await;
    }
    has_cause(&health, Some(Cause::Inconclusive)).await;
    let said = recorder.said();
    let once = "check `database` is inconclusive, and stays up";
    assert_eq!(said.matches(once).count(), 1, "{said}");
    assert!(
        said.contains("DEBUG") && said.contains("cause=\"inconclusive\""),
        "{said}"
    );
    assert!(ready(&health));
}

fn has_cause(health: &Health, cause: Option<Cause>) -> impl Future<Output = Snapshot> {
    until(health, move |now| {
        now.checks().all(|check| check.cause() == cause)
    })
}

impl Recorder {
    /// What was said of this check: level, where it is now, and why.
    fn of(&self, check: &str) -> Vec<[String; 3]> {
        let named = format!(" check={check:?} ");
        let lines = self.lines();
        let lines = lines.iter().filter(|line| line.contains(&named));
        let field = |line: &str, name: &str| {
            let (_, rest) = line.split_once(&format!(" {name}=\""))?;
            rest.split_once('"').map(|(value, _)| value.to_owned())
        };
        let told = lines.map(|line| {
            let level = line.split(' ').next().unwrap_or_default().to_owned();
            let state = field(line, "to").or_else(|| field(line, "state"));
            let cause = field(line, "cause");
            [level, state.unwrap_or_default(), cause.unwrap_or_default()]
        });
        told.collect()
    }
}
