//! What is logged, for whoever tests it.

use std::fmt::{Debug, Write as _};
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::field::{Field, Visit};
use tracing::subscriber::{DefaultGuard, set_default, set_global_default};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};

/// Every event of the engine as one line: level, then its fields. Whoever holds the lock holds the log up.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Recorder {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        struct Line(String);
        impl Visit for Line {
            fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
                let _ = write!(self.0, " {}={value:?}", field.name());
            }
        }
        if event.metadata().target() == "health" {
            let mut line = Line(event.metadata().level().to_string());
            event.record(&mut line);
            self.lines().push(line.0);
        }
    }
}

// Each test that is a binary of its own takes what it needs.
#[allow(dead_code, reason = "each takes what it needs")]
impl Recorder {
    /// Hears what is said on this thread, until the guard is dropped.
    pub(crate) fn here() -> (Self, DefaultGuard) {
        let recorder = Self::default();
        let subscriber = tracing_subscriber::registry().with(recorder.clone());
        (recorder, set_default(subscriber))
    }

    /// Hears what is said on any thread that has none of its own. Once for each process.
    pub(crate) fn everywhere() -> Self {
        let recorder = Self::default();
        let subscriber = tracing_subscriber::registry().with(recorder.clone());
        set_global_default(subscriber).unwrap();
        recorder
    }

    pub(crate) fn lines(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn take(&self) -> Vec<String> {
        mem::take(&mut *self.lines())
    }

    /// All of it, as one text.
    pub(crate) fn said(&self) -> String {
        self.lines().join("\n")
    }
}
