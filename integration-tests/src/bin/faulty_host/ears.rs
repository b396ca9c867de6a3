use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// Hears in the log what both watchdogs find, from a mark on.
#[derive(Clone, Debug)]
pub(crate) struct Ears(Arc<Mutex<Heard>>);

/// `Display` is what is told to the test.
#[derive(Debug)]
pub(crate) struct Heard {
    mark: Instant,
    /// The kinds of fault for which our liveness failed, and how often.
    kinds: BTreeSet<String>,
    faults: usize,
    /// When the other watchdog was triggered first, and last.
    theirs: Option<(Instant, Instant)>,
}

impl Heard {
    fn nothing() -> Self {
        Self {
            mark: Instant::now(),
            kinds: BTreeSet::new(),
            faults: 0,
            theirs: None,
        }
    }
}

impl Ears {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Heard::nothing())))
    }

    /// Forgets what was heard so far.
    pub(crate) fn mark(&self) {
        *self.heard() = Heard::nothing();
    }

    pub(crate) fn heard(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Subscriber> Layer<S> for Ears {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        *metadata.level() == Level::ERROR
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut heard = self.heard();
        match event.metadata().target() {
            // Its only error says that it was triggered.
            "tokio_util_watchdog" => {
                let now = Instant::now();
                let first = heard.theirs.map_or(now, |(first, _)| first);
                heard.theirs = Some((first, now));
            }
            "health" if event.fields().any(|field| field.name() == "fault") => {
                heard.faults += 1;
                event.record(&mut Kinds(&mut heard.kinds));
            }
            _ => {}
        }
    }
}

struct Kinds<'heard>(&'heard mut BTreeSet<String>);

impl Visit for Kinds<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "fault" {
            self.0.insert(value.to_owned());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

impl fmt::Display for Heard {
    /// `faults kinds theirs_after theirs_ago`, the last two in milliseconds, and a dash for what there is not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<_> = self.kinds.iter().map(String::as_str).collect();
        let kinds = match &kinds[..] {
            [] => "-".to_owned(),
            some => some.join(","),
        };
        write!(f, "{} {kinds}", self.faults)?;
        match self.theirs {
            None => write!(f, " - -"),
            Some((first, last)) => {
                let after = first.duration_since(self.mark).as_millis();
                write!(f, " {after} {}", last.elapsed().as_millis())
            }
        }
    }
}
