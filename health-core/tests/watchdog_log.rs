//! What is logged of the watchdog's findings, and that it finds them where the log hangs. A binary of its own with one test: the
//! log has a thread of its own, which only a global subscriber hears.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::sync::mpsc;
use std::time::{Duration, Instant};

use health_core::{Health, Probe, Snapshot, Watchdog};
use tokio::runtime::Runtime;

mod recorder;

use recorder::Recorder;

const SECOND: Duration = Duration::from_secs(1);

/// Of the watchdog's findings, and not of what follows from them.
fn is_finding(line: &str) -> bool {
    [" fault=", " runtime=", " pulse="]
        .iter()
        .any(|field| line.contains(field))
}

impl Recorder {
    /// Takes as many lines as there should be, each with all of these words.
    fn hears(&self, expected: &[&[&str]]) {
        wait(|| self.lines().iter().filter(|line| is_finding(line)).count() >= expected.len());
        let mut lines = self.take();
        lines.retain(|line| is_finding(line));
        assert_eq!(lines.len(), expected.len(), "{lines:#?}");
        for (line, words) in lines.iter().zip(expected) {
            assert!(words.iter().all(|word| line.contains(word)), "{lines:#?}");
        }
    }
}

fn wait(wanted: impl Fn() -> bool) {
    let began = Instant::now();
    while !wanted() {
        assert!(began.elapsed() < 60 * SECOND, "never");
        std::thread::yield_now();
    }
}

fn until(health: &Health, wanted: impl Fn(&Snapshot) -> bool) {
    wait(|| wanted(&health.snapshot()));
}

fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(1).enable_all().build().unwrap()
}

fn alive(now: &Snapshot) -> bool {
    now.status(Probe::Liveness).is_up()
}

#[test]
fn what_the_watchdog_finds_is_logged_and_a_log_that_hangs_does_not_stop_it() {
    let recorder = Recorder::everywhere();
    let (main, other) = (runtime(), runtime());
    let watchdog = Watchdog::default().watch("ingest", other.handle().clone());
    let health = Health::builder()
        .linked(false)
        .runtime(main.handle().clone())
        .watchdog(watchdog)
        .start()
        .unwrap();

    let pulse = health.pulse("consumer").overdue_after(SECOND);
    let working = pulse.begin("commit");
    let overdue = "pulse `consumer` is overdue: `commit` has not ended for 1s";
    recorder.hears(&[&[
        "ERROR",
        "fault=\"pulse_overdue\"",
        overdue,
        "liveness fails",
    ]]);
    drop(working);
    let over = "no longer true: pulse `consumer` is overdue";
    recorder.hears(&[&["INFO", "fault=\"pulse_overdue\"", over]]);

    drop(pulse);
    recorder.hears(&[&[
        "WARN",
        "pulse=\"consumer\"",
        "was dropped without `finish()`",
    ]]);
    recorder.hears(&[&["ERROR", "fault=\"pulse_died\""]]);
    health.pulse("consumer").finish();
    recorder.hears(&[&["INFO", "fault=\"pulse_died\"", "no longer true"]]);

    let (release, released) = mpsc::channel::<()>();
    other.spawn(async move { released.recv() });
    recorder.hears(&[&["WARN", "runtime=\"ingest\"", "is stalled"]]);
    assert!(alive(&health.snapshot()), "not yet");
    drop(release);
    recorder.hears(&[&["INFO", "runtime=\"ingest\"", "turns again"]]);
    other.shutdown_background();
    recorder.hears(&[&["DEBUG", "runtime=\"ingest\"", "has ended"]]);

    let log = recorder.lines();
    for _ in 0..2 {
        let pulse = health.pulse("consumer").overdue_after(SECOND);
        let working = pulse.begin("commit");
        until(&health, |now| !alive(now));
        drop(working);
        until(&health, alive);
        pulse.finish();
    }
    assert!(
        !log.iter().any(|line| is_finding(line)),
        "nothing could be said meanwhile"
    );
    drop(log);
    let (is, was) = (
        "ERROR fault=\"pulse_overdue\"",
        "INFO fault=\"pulse_overdue\"",
    );
    let [is, was] = [is, was].map(|what| what.split(' ').collect::<Vec<_>>());
    recorder.hears(&[&is, &was, &is, &was]);
}
