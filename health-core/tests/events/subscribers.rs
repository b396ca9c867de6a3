use std::sync::{Arc, Mutex};

use health_core::{CheckState, Health, Phase, Probe};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};

use crate::recorder::Recorder;
use crate::support::{Switch, builder, ready, until};

/// A subscriber may call back: an alert that shuts the service down must not lock it up.
pub(crate) async fn one_may_call_the_health_that_it_hears_of() {
    struct Alert(Arc<Mutex<Option<Health>>>);
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
    until(&health, |now| now.phase() == Phase::Closed).await;
}

pub(crate) async fn one_that_panics_stops_nothing() {
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
    until(&health, |now| now.phase() == Phase::Closed).await;
    drop(guard);
}

pub(crate) async fn one_that_calls_every_error_fatal_comes_to_rest() {
    struct Fatal(Health);
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
