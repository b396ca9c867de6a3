//! What is logged of the watchdog's findings, and that it finds them where the log hangs. A binary of its own with one test: the
//! log has a thread of its own, which only a global subscriber hears.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};

use health_core::{Health, Probe, Snapshot, Watchdog};
use tokio::runtime::Runtime;

const SECOND: Duration = Duration::from_secs(1);

/// Every event of the watchdog as one line: level, then its fields. Whoever holds the lock holds the log up.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Recorder {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        struct Line(String);
        impl Visit for Line {
            fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
                let _ = write!(self.0, " {}={value:?}", field.name());
            }
        }
        let of = |name| event.metadata().fields().field(name).is_some();
        if event.metadata().target() == "health" && ["fault", "runtime", "pulse"].iter().any(of) {
            let mut line = Line(event.metadata().level().to_string());
            event.record(&mut line);
            let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            lines.push(line.0);
        }
    }
}

impl Recorder {
    /// Takes as many lines as there should be, each with all of these words.
    fn hears(&self, expected: &[&[&str]]) {
        wait(|| self.0.lock().unwrap().len() >= expected.len());
        let lines = std::mem::take(&mut *self.0.lock().unwrap());
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
    let recorder = Recorder::default();
    let subscriber = tracing_subscriber::registry().with(recorder.clone());
    tracing::subscriber::set_global_default(subscriber).unwrap();
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

    let log = recorder.0.lock().unwrap();
    for _ in 0..2 {
        let pulse = health.pulse("consumer").overdue_after(SECOND);
        let working = pulse.begin("commit");
        until(&health, |now| !alive(now));
        drop(working);
        until(&health, alive);
        pulse.finish();
    }
    assert!(log.is_empty(), "nothing could be said meanwhile");
    drop(log);
    let (is, was) = (
        "ERROR fault=\"pulse_overdue\"",
        "INFO fault=\"pulse_overdue\"",
    );
    let [is, was] = [is, was].map(|what| what.split(' ').collect::<Vec<_>>());
    recorder.hears(&[&is, &was, &is, &was]);
}
