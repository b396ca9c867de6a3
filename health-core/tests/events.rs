//! What is logged. A binary of its own with one test: `tracing` caches for all threads who listens, so that tests beside each
//! other lose events.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};

use health_core::{Check, CheckState, Impact, Probe};

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
    assert_eq!(started.len(), 3, "{started:#?}");
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
    assert_eq!(down.len(), 2, "{down:#?}");
    for said in [
        "WARN",
        "check=\"database\"",
        "from=\"up\"",
        "to=\"down\"",
        "cause=\"failed\"",
        "reason=\"switched off\"",
    ] {
        assert!(down[0].contains(said), "{said} is not in {}", down[0]);
    }
    assert!(down[1].contains("readiness is down"), "{down:#?}");
    assert!(!ready(&health));

    database.set(true);
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    assert_eq!(take().len(), 2);
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
    for _ in 0..2 {
        tokio::time::sleep(second * 5).await;
        tokio::time::advance(second * 2).await;
        until(&health, |now| {
            now.check("database").unwrap().cause() == Some(health_core::Cause::Inconclusive)
        })
        .await;
    }
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
