//! What is logged. A binary of its own with one test: `tracing` caches for all threads who listens, so that tests beside each
//! other lose events.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};

use health_core::{Cause, Check, CheckState, Health, HealthBuilder, Impact, Probe, Snapshot};

#[path = "health/support.rs"]
mod support;

use support::{Switch, builder, ready, until};

/// Every event as one line: level, then its fields.
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
        if event.metadata().target() == "health" {
            let mut line = Line(event.metadata().level().to_string());
            event.record(&mut line);
            self.0.lock().expect("no test panics under it").push(line.0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn events() {
    // What is told on other threads than the test's, as those of synchronous checks are.
    let elsewhere = Recorder::default();
    let subscriber = tracing_subscriber::registry().with(elsewhere.clone());
    tracing::subscriber::set_global_default(subscriber).unwrap();
    each_cause_is_told_by_its_name(&elsewhere).await;
    a_check_that_blocks_its_runtime_is_named().await;
    a_liveness_check_that_blocks_is_named(&elsewhere).await;
    one_event_for_each_transition_and_none_for_a_run().await;
    a_subscriber_may_call_the_health_that_it_hears_of().await;
    an_observed_check_says_what_it_would_have_done().await;
    start_up_that_takes_too_long_says_what_it_waits_for().await;
    what_counts_for_nothing_is_said_once().await;
    a_subscriber_that_panics_stops_nothing().await;
    a_subscriber_that_calls_every_error_fatal_comes_to_rest().await;
    maintenance_says_who_moved_the_phase().await;
    a_budget_that_does_not_fit_is_said_at_start().await;
}

async fn one_event_for_each_transition_and_none_for_a_run() {
    let recorder = Recorder::default();
    let _guard =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(recorder.clone()));
    let take = || std::mem::take(&mut *recorder.0.lock().unwrap());
    let database = Switch::new(true);
    let health = builder().check(database.check("database")).start().unwrap();
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    let started = take();
    assert_eq!(started.len(), 4, "{started:#?}");
    assert!(
        started[0].contains("health starts with: database (readiness)"),
        "{started:#?}"
    );

    tokio::time::sleep(std::time::Duration::from_secs(600)).await;
    assert!(database.runs() > 100);
    assert_eq!(take(), Vec::<String>::new());

    database.set(false);
    until(&health, |now| !now.status(Probe::Readiness).is_up()).await;
    tokio::time::sleep(std::time::Duration::from_secs(600)).await;
    let down = take();
    assert_eq!(down.len(), 3, "{down:#?}");
    assert!(
        down[0].contains("DEBUG") && down[0].contains("check `database` fails, and stays up"),
        "{down:#?}"
    );
    for said in [
        "WARN",
        "check=\"database\"",
        "from=\"up\"",
        "to=\"down\"",
        "cause=\"failed\"",
        "reason=\"switched off\"",
    ] {
        assert!(down[1].contains(said), "{said} is not in {}", down[1]);
    }
    assert!(down[2].contains("readiness is down"), "{down:#?}");
    assert!(!ready(&health));

    database.set(true);
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    assert_eq!(take().len(), 2);
}

impl Recorder {
    /// What was said of this check: level, where it is now, and why.
    fn of(&self, check: &str) -> Vec<[String; 3]> {
        let named = format!(" check={check:?} ");
        let lines = self.0.lock().unwrap();
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

fn has_cause(health: &Health, cause: Option<Cause>) -> impl Future<Output = Snapshot> {
    until(health, move |now| {
        now.checks().all(|check| check.cause() == cause)
    })
}

/// What a check does from its next run on.
#[derive(Clone, Copy)]
enum Mood {
    Passes,
    Fails,
    Panics,
    Hangs,
}

async fn each_cause_is_told_by_its_name(elsewhere: &Recorder) {
    let recorder = Recorder::default();
    let _guard =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(recorder.clone()));
    let mood = Arc::new(Mutex::new(Mood::Passes));
    let seen = Arc::clone(&mood);
    let moody = Check::readiness("moody", move || {
        let mood = *seen.lock().expect("no test panics under it");
        async move {
            match mood {
                Mood::Passes => true,
                Mood::Fails => false,
                Mood::Panics => panic!("on purpose"),
                Mood::Hangs => std::future::pending().await,
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
    drop(health);

    let (release, blocked) = std::sync::mpsc::channel::<()>();
    let blocked = Mutex::new(blocked);
    let stuck = Check::readiness_blocking("stuck", move || {
        blocked.lock().is_ok_and(|blocked| blocked.recv().is_ok())
    });
    // By the clock of its own thread, which is not paused.
    let short = Duration::from_millis(20);
    let stuck = stuck.timeout(short).every(5 * short).fail_after(2);
    let health = builder().check(stuck).start().unwrap();
    let wait = async |cause| {
        let mut looks = 0;
        while health
            .snapshot()
            .checks()
            .any(|check| check.cause() != cause)
        {
            std::thread::sleep(short);
            looks += 1;
            assert!(looks < 1000, "{:?}", health.snapshot());
        }
    };
    wait(Some(Cause::Hung)).await;
    release.send(()).unwrap();
    wait(Some(Cause::Late)).await;
    drop(release);
    // On a busy machine, runs in between may be inconclusive.
    let heard = elsewhere.of("stuck");
    for cause in ["hung", "late"] {
        let told = heard.iter().filter(|[.., told]| told == cause);
        assert_eq!(told.count(), 1, "{heard:?}");
    }
}

async fn a_check_that_blocks_its_runtime_is_named() {
    let recorder = Recorder::default();
    let _guard =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(recorder.clone()));
    let blocks = Arc::new(Mutex::new(Duration::from_millis(10)));
    let runs = Arc::new(AtomicUsize::new(0));
    let (seen, counted) = (Arc::clone(&blocks), Arc::clone(&runs));
    let check = Check::external("blocks", move || {
        let (seen, counted) = (Arc::clone(&seen), Arc::clone(&counted));
        async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            std::thread::sleep(*seen.lock().unwrap());
            counted.fetch_add(1, Ordering::SeqCst);
            true
        }
    });
    let health = builder().check(check).start().unwrap();
    for (millis, told) in [(10, 0), (60, 1), (70, 1), (200, 2)] {
        *blocks.lock().unwrap() = Duration::from_millis(millis);
        let before = runs.load(Ordering::SeqCst);
        while runs.load(Ordering::SeqCst) < before + 3 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let said = recorder.0.lock().unwrap().join("\n");
        let named = said
            .matches("check `blocks` blocked its runtime for")
            .count();
        assert_eq!(named, told, "after {millis} ms: {said}");
        let way_out = "make it a plain `fn`, or a `Check::external_blocking`, which runs on a thread of its own";
        assert_eq!(said.matches(way_out).count(), told, "{said}");
    }
    drop(health);
}

async fn a_liveness_check_that_blocks_is_named(elsewhere: &Recorder) {
    let runs = Arc::new(AtomicUsize::new(0));
    let millis = |millis| {
        let runs = Arc::clone(&runs);
        move |(): &()| {
            std::thread::sleep(Duration::from_millis(millis));
            runs.fetch_add(1, Ordering::SeqCst) < usize::MAX
        }
    };
    let slow = Check::liveness("slow", (), millis(120));
    let fast = Check::liveness("fast", (), millis(1));
    // It may: it has a thread for it.
    let blocking = Check::readiness_blocking("blocking", || {
        std::thread::sleep(Duration::from_millis(120));
        true
    });
    let short = Duration::from_millis(20);
    let checks = [slow, fast, blocking].map(|check| check.every(short));
    let health = checks.into_iter().fold(builder(), HealthBuilder::check);
    let health = health.start().unwrap();
    while runs.load(Ordering::SeqCst) < 50 {
        std::thread::sleep(short);
    }
    drop(health);
    let said = elsewhere.0.lock().unwrap().join("\n");
    let named = said.matches("liveness check `slow` took 1");
    assert_eq!(named.count(), 1, "{said}");
    assert!(
        said.contains("it must answer from memory, at once"),
        "{said}"
    );
    for name in ["fast", "blocking"] {
        assert!(!said.contains(&format!("check `{name}` took")), "{said}");
        assert!(!said.contains(&format!("check `{name}` blocked")), "{said}");
    }
}

/// A subscriber may call back: an alert that shuts the service down must not lock it up.
async fn a_subscriber_may_call_the_health_that_it_hears_of() {
    struct Alert(Arc<Mutex<Option<health_core::Health>>>);
    impl<S: Subscriber> Layer<S> for Alert {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            let health = self.0.lock().expect("no test panics under it").take();
            if let (Some(health), "health") = (health, event.metadata().target()) {
                health.shutdown();
            }
        }
    }
    let slot = Arc::new(Mutex::new(None));
    let _guard = tracing::subscriber::set_default(
        tracing_subscriber::registry().with(Alert(Arc::clone(&slot))),
    );
    let health = builder()
        .check(Switch::new(false).check("database"))
        .start()
        .unwrap();
    *slot.lock().unwrap() = Some(health.clone());
    until(&health, |now| now.phase() == health_core::Phase::Closed).await;
}

async fn an_observed_check_says_what_it_would_have_done() {
    let recorder = Recorder::default();
    let _guard =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(recorder.clone()));
    let check = Switch::new(false).check("new").impact(Impact::Observe);
    let health = builder().check(check).start().unwrap();
    until(&health, |now| {
        now.check("new").unwrap().state() == CheckState::Down
    })
    .await;
    let said = recorder.0.lock().unwrap().join("\n");
    assert!(
        said.contains("were it critical, readiness would be down") && said.contains("INFO"),
        "{said}"
    );
    assert!(!said.contains("WARN") && ready(&health), "{said}");
}

async fn start_up_that_takes_too_long_says_what_it_waits_for() {
    let recorder = Recorder::default();
    let _guard =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(recorder.clone()));
    let migrations = Check::startup("migrations", || async { false });
    let deadline = std::time::Duration::from_secs(20);
    let health = builder()
        .check(migrations)
        .startup_deadline(deadline)
        .start()
        .unwrap();
    let warm = health.startup_task("warm cache");
    tokio::time::sleep(deadline * 2).await;
    let said = recorder.0.lock().unwrap().join("\n");
    let waits = "it waits for: `migrations`, `warm cache` is under way";
    assert_eq!(said.matches(waits).count(), 1, "{said}");
    assert!(!ready(&health) && health.status(Probe::Liveness).is_up());
    warm.fail("no bucket");
    let said = recorder.0.lock().unwrap().join("\n");
    assert!(
        said.contains("start-up can't succeed: `warm cache` failed: no bucket"),
        "{said}"
    );
}

async fn a_subscriber_that_panics_stops_nothing() {
    struct Broken;
    impl<S: Subscriber> Layer<S> for Broken {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            assert!(
                event.metadata().target() != "health",
                "the collector is away"
            );
        }
    }
    let recorder = Recorder::default();
    let broken = tracing_subscriber::registry().with(recorder.clone());
    let database = Switch::new(false);
    let health = builder().check(database.check("database")).start().unwrap();
    let guard = tracing::subscriber::set_default(broken.with(Broken));
    until(&health, |now| {
        now.check("database").unwrap().state() == CheckState::Down
    })
    .await;
    database.set(true);
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    health.shutdown();
    health.closing().await;
    until(&health, |now| now.phase() == health_core::Phase::Closed).await;
    drop(guard);
}

async fn a_subscriber_that_calls_every_error_fatal_comes_to_rest() {
    struct Fatal(health_core::Health);
    impl<S: Subscriber> Layer<S> for Fatal {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            if *event.metadata().level() == tracing::Level::ERROR {
                self.0
                    .report_fatal("log", format!("an error of {}", event.metadata().target()));
            }
        }
    }
    let health = builder().start().unwrap();
    let layer = tracing_subscriber::registry().with(Fatal(health.clone()));
    let _guard = tracing::subscriber::set_default(layer);
    tracing::error!("the disk is full");
    assert!(!ready(&health));
    assert_eq!(health.snapshot().fatal_errors().count(), 1);
}

async fn what_counts_for_nothing_is_said_once() {
    let recorder = Recorder::default();
    let _guard =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(recorder.clone()));
    let second = std::time::Duration::from_secs(1);
    let hangs = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let seen = std::sync::Arc::clone(&hangs);
    let check = Check::readiness("database", move || {
        let hangs = seen.load(std::sync::atomic::Ordering::SeqCst);
        async move {
            if hangs {
                std::future::pending::<()>().await;
            }
            true
        }
    });
    let health = builder()
        .check(check.fail_after(5).jitter(0))
        .start()
        .unwrap();
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    hangs.store(true, std::sync::atomic::Ordering::SeqCst);
    // Four runs, and each of them loses its time to a clock that jumps.
    for _ in 0..40 {
        tokio::time::advance(second / 2).await;
        tokio::task::yield_now().await;
    }
    has_cause(&health, Some(Cause::Inconclusive)).await;
    let said = recorder.0.lock().unwrap().join("\n");
    let once = "check `database` is inconclusive, and stays up";
    assert_eq!(said.matches(once).count(), 1, "{said}");
    assert!(
        said.contains("DEBUG") && said.contains("cause=\"inconclusive\""),
        "{said}"
    );
    assert!(ready(&health));
}

async fn maintenance_says_who_moved_the_phase() {
    let recorder = Recorder::default();
    let _guard =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(recorder.clone()));
    let health = builder().start().unwrap();
    recorder.0.lock().unwrap().clear();
    health.begin_drain();
    health.begin_drain();
    health.resume();
    health.resume();
    health.begin_drain();
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    health.shutdown();
    health.resume();
    let said = std::mem::take(&mut *recorder.0.lock().unwrap());
    let of_phase: Vec<_> = said
        .iter()
        .filter(|line| !line.contains("probe="))
        .collect();
    let expected = [
        (
            "INFO",
            "to=\"draining\" trigger=\"a call of begin_drain()\"",
        ),
        ("INFO", "to=\"serving\" trigger=\"a call of resume()\""),
        ("INFO", "trigger=\"a call of begin_drain()\""),
        ("INFO", "trigger=\"a call of shutdown()\" lame_duck=6s"),
        ("WARN", "resume() changes nothing"),
    ];
    assert_eq!(of_phase.len(), expected.len(), "{said:#?}");
    for (line, (level, part)) in of_phase.iter().zip(expected) {
        assert!(
            line.starts_with(level) && line.contains(part),
            "{part} is not in {line}"
        );
    }
}

async fn a_budget_that_does_not_fit_is_said_at_start() {
    let recorder = Recorder::default();
    let _guard =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(recorder.clone()));
    let second = std::time::Duration::from_secs(1);
    let warnings = |policy| {
        let _health = builder().drain(policy).start().unwrap();
        let said = std::mem::take(&mut *recorder.0.lock().unwrap());
        let budget = |line: &&String| line.starts_with("WARN") && line.contains("lame duck of");
        said.iter().filter(budget).count()
    };
    assert_eq!(warnings(health_core::DrainPolicy::nomad(5 * second)), 1);
    assert_eq!(warnings(health_core::DrainPolicy::nomad(30 * second)), 0);
}
