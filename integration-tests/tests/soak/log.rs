//! Hears all events under the target `health`, and follows each check and each probe through them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::mark::MARK;

#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Heard>>);

#[derive(Debug, Default)]
struct Heard {
    /// By name of a check or a probe, and of the verdict and the phase: where it was taken to last, and how often it was moved.
    moved: BTreeMap<String, (String, usize)>,
    /// Critical checks of readiness that went down.
    downs: usize,
    causes: BTreeMap<String, usize>,
    faults: Vec<String>,
}

impl Heard {
    fn hear(&mut self, fields: &BTreeMap<&str, String>) {
        let get = |name| fields.get(name).map(String::as_str);
        let (Some(from), Some(to)) = (get("from"), get("to")) else {
            return;
        };
        let verdict = get("verdict").map(|_| "verdict");
        let first = match (get("check"), get("probe")) {
            (Some(_), _) => "pending",
            (None, Some("liveness")) => "up",
            (None, Some(_)) => "down",
            (None, None) if verdict.is_some() => "healthy",
            (None, None) => "starting",
        };
        let name = get("check").or(get("probe")).or(verdict);
        let name = name.unwrap_or("phase");
        let moved = self.moved.entry(name.to_owned());
        let (at, times) = moved.or_insert_with(|| (first.to_owned(), 0));
        if from == to || from != at || to == first && ["pending", "starting"].contains(&first) {
            self.faults.push(format!("after `{at}`: {fields:?}"));
        }
        to.clone_into(at);
        *times += 1;
        if to == "down" && get("check").is_some_and(|check| check != MARK) {
            let decides = get("probe") == Some("readiness") && get("impact") == Some("critical");
            self.downs += usize::from(decides);
            let cause = get("cause").unwrap_or("none").to_owned();
            *self.causes.entry(cause).or_default() += 1;
        }
    }
}

impl Log {
    /// What fails under the lock must be seen as what it is.
    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often readiness has changed.
    pub(crate) fn readiness(&self) -> usize {
        let heard = self.heard();
        heard.moved.get("readiness").map_or(0, |(_, times)| *times)
    }

    /// How often a check has gone down on which readiness depends.
    pub(crate) fn downs(&self) -> usize {
        self.heard().downs
    }

    /// Whether that is where the last event took this check, probe or phase.
    pub(crate) fn says(&self, name: &str, state: &str) -> bool {
        let heard = self.heard();
        heard.moved.get(name).is_some_and(|(at, _)| at == state)
    }

    /// Each event went on where the one before it had ended; and there were some.
    pub(crate) fn assert_sound(&self) {
        let heard = self.heard();
        assert_eq!(heard.faults, Vec::<String>::new());
        // Failures and timeouts on a machine that is too busy are inconclusive; a panic never is.
        assert!(heard.causes.contains_key("panicked"), "{:?}", heard.causes);
        let times = |name: &str| heard.moved[name].1;
        assert_eq!(times("startup"), 1);
        for probe in ["readiness", "liveness", "external"] {
            assert!(times(probe) > 10, "{probe}: {:?}", heard.moved);
        }
    }
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (readiness, heard) = (self.readiness(), self.heard());
        write!(
            f,
            "readiness moved {readiness}×, checks down by {:?}",
            heard.causes
        )
    }
}

impl<S: Subscriber> Layer<S> for Log {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target() == "health"
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        self.heard().hear(&fields.0);
    }
}

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}
